/** Whether services tell us what happens there, and whether it was taken in. */
import { EventProcessing } from '../../../entities/events/event-processing.ts';
import { EventSource } from '../../../entities/events/event-source.ts';
import type { Engine } from '../../engine/engine.ts';
import { count } from '../style.ts';
import { type Finding, failed, ok, warning } from './finding.ts';

const most = 100;
const lately = 24 * 3_600_000;

export async function lookAtWebhooks({ databases, config }: Engine): Promise<Finding[]> {
  const { sources, failures } = await databases.maintenance.events(async (em) => ({
    sources: await em.find(EventSource, { isActive: true }),
    failures: await em.find(
      EventProcessing,
      { status: 'failed', finishedAt: { $gte: new Date(Date.now() - lately) } },
      { orderBy: { finishedAt: 'desc' }, limit: most },
    ),
  }));
  if (sources.length === 0) {
    return [ok('webhooks', 'no source is set up: workflows find out by asking')];
  }
  const found: Finding[] = [];
  if (config.http.publicUrl === undefined) {
    found.push(
      warning(
        'webhooks',
        'PUBLIC_URL is not set, so the addresses given for webhooks are those of this machine.',
        'Set PUBLIC_URL to where services reach the API.',
      ),
    );
  }
  for (const { name, provider, lastEventAt, consecutiveFailures, lastError } of sources) {
    if (consecutiveFailures > 0) {
      const last = lastError ? `, the last time because: ${lastError}` : '';
      found.push(
        failed(
          'webhooks',
          `What ${provider} sent to "${name}" was refused ${consecutiveFailures} times in a row${last}.`,
        ),
      );
    } else if (lastEventAt == null) {
      found.push(
        warning(
          'webhooks',
          `Nothing has ever come in at the source "${name}".`,
          `Give ${provider} its address and secret: \`GET /v1/sources\` tells the address.`,
        ),
      );
    }
  }
  const [latest] = failures;
  if (latest) {
    const many = failures.length === most ? `${most} events or more` : count(failures.length, 'event');
    found.push(
      failed(
        'webhooks',
        `${many} could not be handled within a day; the latest, by ${latest.handler}: ${latest.reason ?? 'no reason was kept'}`,
      ),
    );
  }
  return found.length > 0 ? found : [ok('webhooks', `all ${sources.length} sources have been heard of`)];
}
