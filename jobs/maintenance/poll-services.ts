import { defineMaintenance } from '../../src/engine/define-maintenance.ts';
import { poll } from '../../src/events/poll/poll.ts';

const every = '5m';

/** Asks for what webhooks should have told and may have lost. */
export const pollServices = defineMaintenance({
  name: 'poll-services',
  every,
  async run({ databases, servicesOf, eventHandlers: handlers, signal }) {
    const { workflows, stored, failures } = await poll({ databases, servicesOf, handlers, every, signal });
    const failed = failures.length > 0 ? `; not done: ${failures.join('; ')}` : '';
    return `asked for ${workflows} workflows under way; nobody had told of ${stored} events${failed}`;
  },
});
