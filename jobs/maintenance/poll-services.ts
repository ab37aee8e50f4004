import { defineMaintenance } from '../../src/engine/define-maintenance.ts';
import { pollPullRequests } from '../../src/events/poll.ts';

/** Asks for what webhooks should have told and may have lost. */
export const pollServices = defineMaintenance({
  name: 'poll-services',
  every: '5m',
  async run({ databases, servicesOf, eventHandlers: handlers, signal }) {
    const poller = { databases, servicesOf, handlers, everyMs: 5 * 60_000, signal };
    const { asked, stored, failures } = await pollPullRequests(poller);
    const failed = failures.length > 0 ? `; not done: ${failures.join('; ')}` : '';
    return `asked for ${asked} pull requests, ${stored} of which nobody had told${failed}`;
  },
});
