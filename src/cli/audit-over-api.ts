/** `gsw audit list|verify` of the organisation that the API key is of. */
import type { Anchor } from '../audit/verify.ts';
import type { ApiClient } from './api-client.ts';
import { brokenLogs, entryLine, verdictLines } from './audit-lines.ts';
import { firstOf } from './listing.ts';
import { print, printJson } from './output.ts';

export async function listOverApi(
  { audit }: Pick<ApiClient, 'audit'>,
  { limit, json }: { limit: number; json?: boolean },
): Promise<void> {
  const entries = await firstOf(audit.list({ limit: Math.min(limit, 100) }), limit);
  if (json) printJson(entries);
  else for (const entry of entries) print(entryLine(entry));
}

export async function verifyOverApi(
  { audit, organization }: Pick<ApiClient, 'audit' | 'organization'>,
  { anchor, json }: { anchor?: Anchor; json?: boolean },
): Promise<void> {
  const { slug, id } = await organization.get();
  const verdict = await audit.verify(anchor && `${anchor.sequence}:${anchor.hash}`);
  const { isSound: _, ...told } = verdict;
  if (json) printJson([{ organization: id, slug, ...told }]);
  else for (const line of verdictLines(slug, verdict)) print(line);
  if (verdict.faults.length > 0) throw brokenLogs(1);
}
