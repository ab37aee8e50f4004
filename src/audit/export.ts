/**
 * An organisation's audit log as NDJSON: each entry as the very line that its hash is of, and at the end the head.
 * So the export verifies by itself: the SHA-256 of a line is the `prevHash` of the next one, and that of the last entry
 * is the head's `hash`. A head kept elsewhere shows later that nothing before it was rewritten.
 */
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Audited } from './organizations.ts';
import { readEntries, readHead } from './verify.ts';

/** In a transaction of `oneMoment`. */
export async function* exportAuditLog(em: EntityManager, { id, slug }: Audited): AsyncGenerator<string> {
  const head = await readHead(em, id);
  for await (const { line } of readEntries(em, id)) yield line;
  yield JSON.stringify({ head: { organization: id, slug, ...head, exportedAt: new Date() } });
}
