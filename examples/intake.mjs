// Puts a workflow in by a plain BullMQ job: knows nothing of this project but docs/intake.md.
//   REDIS_URL=… GSW_API_KEY=… node intake.mjs OWNER/NAME requirement.md [idempotency key]
import { createHash, createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Queue, QueueEvents } from 'bullmq';

const [repository, file, idempotencyKey = randomUUID()] = process.argv.slice(2);
const { REDIS_URL, GSW_API_KEY, ORGANIZATION = 'default', QUEUE_PREFIX = 'gsw' } = process.env;

const body = JSON.stringify({
  repository,
  requirements: readFileSync(file, 'utf8'),
  options: { autoConfirmPlan: true, autoMerge: true },
});
const keyHash = createHash('sha256').update(GSW_API_KEY).digest('hex');
const signature = createHmac('sha256', keyHash)
  .update(['v1', ORGANIZATION, idempotencyKey, body].join('\n'))
  .digest('hex');

const connection = { url: REDIS_URL, maxRetriesPerRequest: null };
const prefix = `{${QUEUE_PREFIX}}`;
const queue = new Queue('intake', { connection, prefix });
const events = new QueueEvents('intake', { connection, prefix });
const job = await queue.add('enqueue-workflow', {
  version: 1,
  organization: ORGANIZATION,
  idempotencyKey,
  body,
  signature,
});
try {
  const { workflowId } = await job.waitUntilFinished(events, 60_000);
  console.log(workflowId);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
await events.close();
await queue.close();
