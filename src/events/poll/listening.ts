/** Which sources listen for issues that start a workflow: a webhook that was lost is asked for in their place. */
import { EventSource } from '../../../entities/events/event-source.ts';
import type { Databases } from '../../databases/connect.ts';

/** By organisation. Those that are asked, and send nothing, are none of them. */
export async function sourcesListening(
  databases: Databases,
  providers: readonly EventSource['provider'][],
): Promise<Map<string, EventSource[]>> {
  const sources = await databases.maintenance.events((em) =>
    em.find(EventSource, { isActive: true, syncIntervalMs: null, provider: [...providers] }),
  );
  return Map.groupBy(sources, ({ organizationId }) => organizationId);
}
