/** Takes a job that somebody else's BullMQ client put into the queue `intake`: checks it, and puts its workflow in. */
import { DelayedError, type Job, UnrecoverableError } from 'bullmq';
import { z } from 'zod';
import { ApiKey } from '../../../entities/projects/api-key.ts';
import { Organization } from '../../../entities/projects/organization.ts';
import { isDataException } from '../../databases/server-error.ts';
import { valid } from '../../security/api-keys.ts';
import { covers } from '../../security/scopes.ts';
import type { Engine } from '../engine.ts';
import { enqueueWorkflow } from '../enqueue.ts';
import { reasonOf } from '../errors.ts';
import { Refusal } from '../refusal.ts';
import { isSignedWith } from './signature.ts';

const payload = z.object({
  version: z.literal(1, 'version should be 1'),
  organization: z
    .string()
    .min(1)
    .max(100)
    .refine((slug) => !slug.includes('\0'), 'organization should be the slug of one'),
  idempotencyKey: z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'idempotencyKey has 1 to 255 printable ASCII characters without spaces'),
  body: z
    .string('body should be a text: JSON, as it was signed')
    .max(1_100_000, 'body may have at most 1.1 million characters'),
  signature: z.string().regex(/^[0-9a-f]{64}$/, 'signature should be 64 hexadecimal digits in lower case'),
});

/** Pause after an outage of ours; it uses up no attempt. */
const pauseMs = 5_000;

/**
 * What is wrong with a job fails it at once, with the reason, and it is kept as it came; an outage of ours puts it off. A job
 * that was taken keeps the id of its workflow instead of the texts.
 */
export async function takeIn(engine: Engine, job: Job, token: string): Promise<{ workflowId: string }> {
  try {
    const workflowId = await take(engine, job);
    const { organization, idempotencyKey } = job.data as z.infer<typeof payload>;
    await job.updateData({ version: 1, organization, idempotencyKey, workflowId });
    return { workflowId };
  } catch (error) {
    if (error instanceof UnrecoverableError) throw error;
    const full =
      error instanceof Refusal && error.kind === 'line-full' ? (error.retryAfterSeconds ?? 5) * 1_000 : 0;
    if (error instanceof Refusal && !full) throw new UnrecoverableError(error.message);
    if (isDataException(error)) {
      throw new UnrecoverableError(`Something in it cannot be kept: ${reasonOf(error)}`);
    }
    engine.logger.warn({ err: error, job: job.id }, 'put off a job of the intake');
    await job
      .log(`put off: ${full ? reasonOf(error) : 'the databases do not answer'}`)
      .catch(() => undefined);
    await job.moveToDelayed(Date.now() + (full || pauseMs), token);
    throw new DelayedError();
  }
}

async function take(engine: Engine, job: Job): Promise<string> {
  const definition = engine.catalogue.intake.find(({ name }) => name === job.name);
  if (!definition) {
    const known = engine.catalogue.intake.map(({ name }) => name).join(', ');
    throw new UnrecoverableError(`There is no "${job.name}" here; the name of the job is one of: ${known}.`);
  }
  const parsed = payload.safeParse(job.data);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'data'}: ${message}`);
    throw new UnrecoverableError(`The job's data is not as it should be. ${wrong.join('; ')}`);
  }
  const { body, idempotencyKey } = parsed.data;
  const { organizationId, name, role, scopes } = await signer(engine, parsed.data);
  if (role === 'viewer') {
    throw new UnrecoverableError(`The API key "${name}" may look but change nothing; sign with another.`);
  }
  if (!covers(scopes ?? null, 'workflows:write')) {
    throw new UnrecoverableError(
      `The API key "${name}" has not the scope workflows:write; sign with another.`,
    );
  }
  const request = read(() => definition.read(JSON.parse(body)));
  const asked = { ...request, organizationId, idempotencyKey, createdBy: name };
  const { workflow } = await enqueueWorkflow(engine, asked);
  return workflow.id;
}

function read<T>(reading: () => T): T {
  try {
    return reading();
  } catch (error) {
    throw new UnrecoverableError(
      error instanceof SyntaxError
        ? 'body is no JSON.'
        : `What body asks for is not as it should be. ${reasonOf(error)}`,
    );
  }
}

async function signer(
  { databases }: Engine,
  { signature, ...signed }: z.infer<typeof payload>,
): Promise<ApiKey> {
  const keys = await databases.maintenance.projects(async (em) => {
    const organization = await em.findOne(Organization, { slug: signed.organization, archivedAt: null });
    return organization ? em.find(ApiKey, { organizationId: organization.id, ...valid() }) : [];
  });
  const found = keys.find(({ keyHash }) => isSignedWith(signed, signature, keyHash));
  if (found) return found;
  throw new UnrecoverableError(
    'No valid API key of that organisation makes this signature: it is HMAC-SHA-256, keyed with the hexadecimal SHA-256 of the API key, ' +
      'over "v1", organization, idempotencyKey and body, joined by newlines.',
  );
}
