/** `gsw audit`: the audit log of one organisation or of all of them, read with the rights of maintenance. */
import { once } from 'node:events';
import { AuditEntry } from '../../../entities/events/audit-entry.ts';
import { exportAuditLog } from '../../audit/export.ts';
import { type Audited, auditedOrganizations } from '../../audit/organizations.ts';
import { relayChanges } from '../../audit/relay.ts';
import { type Anchor, verifyAuditLog } from '../../audit/verify.ts';
import { readConfig } from '../../config.ts';
import { connectDatabases, type Databases } from '../../databases/connect.ts';
import { resolveConnections } from '../../databases/connections.ts';
import { openServer } from '../../databases/server.ts';
import { oneMoment } from '../../databases/tenancy.ts';
import { brokenLogs, entryLine, verdictLines } from '../audit-lines.ts';
import { closing } from '../closers.ts';
import { usageFailure } from '../failure.ts';
import { operator } from '../operator.ts';
import { print, printJson, say } from '../output.ts';
import { checkDataDir } from '../preflight.ts';

type Options = { organization?: string; json?: boolean };

/** Throws, so that the exit code is 1, where anything was found. */
export async function verifyAudit({
  organization,
  anchor,
  json,
}: Options & { anchor?: Anchor }): Promise<void> {
  if (anchor && !organization)
    throw usageFailure('An anchor belongs to one organisation: name it with --organization.');
  const broken = await withLogs(organization, async (databases, logs) => {
    const verdicts = [];
    for (const log of logs) {
      const verdict = await databases.maintenance.events(
        (em) => verifyAuditLog(em, log.id, anchor),
        oneMoment,
      );
      verdicts.push({ organization: log.id, slug: log.slug, ...verdict });
      if (json) continue;
      for (const line of verdictLines(nameOf(log), verdict)) print(line);
    }
    if (json) printJson(verdicts);
    return verdicts.filter(({ faults }) => faults.length > 0).length;
  });
  if (broken > 0) throw brokenLogs(broken);
}

export async function exportAudit({ organization }: Options): Promise<void> {
  await withLogs(organization, async (databases, logs) => {
    for (const log of logs) {
      await databases.maintenance.events(async (em) => {
        for await (const line of exportAuditLog(em, log)) {
          if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
        }
      }, oneMoment);
    }
  });
}

export async function listAudit({ organization, limit, json }: Options & { limit: number }): Promise<void> {
  await withLogs(organization, async (databases, logs) => {
    const entries = await databases.maintenance.events((em) =>
      em.find(
        AuditEntry,
        { organizationId: { $in: logs.map((log) => log.id) } },
        { orderBy: { recordedAt: 'desc', sequence: 'desc' }, limit },
      ),
    );
    if (json) return printJson(entries);
    for (const { occurredAt, actorKind: kind, actorName: name, subjectId = null, ...entry } of entries)
      print(entryLine({ ...entry, subjectId, actor: { kind, name }, occurredAt: occurredAt.toISOString() }));
  });
}

/** What is still on its way is brought in first. */
async function withLogs<T>(
  organization: string | undefined,
  work: (databases: Databases, logs: Audited[]) => Promise<T>,
): Promise<T> {
  const config = readConfig();
  await checkDataDir(config.dataDir, { server: config.postgres.host === undefined });
  return closing(async (closers) => {
    const server = await openServer(config);
    closers.add(() => server?.stop());
    const databases = connectDatabases(await resolveConnections(config, server), {}, operator());
    closers.add(() => databases.close());
    await databases.check();
    await relayChanges(databases);
    const all = await auditedOrganizations(databases);
    const logs =
      organization === undefined ? all : all.filter(({ id, slug }) => [id, slug].includes(organization));
    if (organization !== undefined && logs.length === 0) {
      const known = all.flatMap(({ slug }) => slug ?? []).join(', ') || 'none';
      throw usageFailure(`There is no organisation "${organization}"; there are: ${known}.`);
    }
    if (logs.length === 0) say('There is no organisation yet.');
    return work(databases, logs);
  });
}

const nameOf = ({ id, slug }: Audited): string => slug ?? `${id} (no such organisation)`;
