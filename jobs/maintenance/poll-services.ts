import { defineMaintenance } from '../../src/engine/define-maintenance.ts';
import { poll } from '../../src/events/poll/poll.ts';

/** Asks for what webhooks should have told and may have lost. */
export const pollServices = defineMaintenance({
  name: 'poll-services',
  every: '5m',
  async run({ databases, servicesOf, eventHandlers: handlers, signal }) {
    const poller = { databases, servicesOf, handlers, everyMs: 5 * 60_000, signal };
    const { workflows, stored, failures } = await poll(poller);
    const failed = failures.length > 0 ? `; not done: ${failures.join('; ')}` : '';
    return `asked for ${workflows} workflows under way; nobody had told of ${stored} events${failed}`;
  },
});
