/**
 * Reads an organisation's audit log from its first entry to its head and checks every link. What is hashed is made by
 * the query that is sent and hashed here, so the functions and triggers of the database are not taken at their word.
 */
import type { EntityManager } from '@mikro-orm/postgresql';
import { sha256 } from '../engine/derive.ts';
import { auditLine } from './line.ts';

/** The end of a chain: whoever keeps one elsewhere can tell later that nothing before it was rewritten. */
export type Anchor = { sequence: number; hash: string };

export type AuditRow = { line: string; sequence: number; hash: string; prevHash: string };

export type AuditFault = {
  /** Of the entry concerned; null for the head. */
  sequence: number | null;
  problem: string;
};

export type Verdict = {
  entries: number;
  /** The last entry that was pruned; null where none was. */
  base: Anchor | null;
  head: Anchor | null;
  faults: AuditFault[];
};

type Head = Anchor & { baseSequence: number; baseHash: string };

/** Faults beyond these are counted and not listed. */
const listed = 100;
const pageSize = 1_000;

export async function readHead(em: EntityManager, organizationId: string): Promise<Head | null> {
  const [row] = await em.execute<Record<string, string>[]>(
    'select sequence, hash, base_sequence, base_hash from audit_heads where organization_id = ?',
    [organizationId],
  );
  if (!row) return null;
  return {
    sequence: Number(row.sequence),
    hash: String(row.hash),
    baseSequence: Number(row.base_sequence),
    baseHash: String(row.base_hash),
  };
}

/** Every entry in the order of the chain, a page at a time. */
export async function* readEntries(em: EntityManager, organizationId: string): AsyncGenerator<AuditRow> {
  const select = `select ${auditLine('a')} as line, a.sequence, a.hash, a.prev_hash
      from audit_log a where a.organization_id = ?`;
  // a text, because a number beyond 2^53 would be another one here
  for (let after: string | null = null; ; ) {
    const page: Record<string, string>[] = await em.execute(
      `${select} ${after === null ? '' : 'and a.sequence > ?'} order by a.sequence limit ${pageSize}`,
      after === null ? [organizationId] : [organizationId, after],
    );
    for (const row of page) {
      after = String(row.sequence);
      const { line, hash, prev_hash: prevHash } = row as { line: string; hash: string; prev_hash: string };
      yield { line, sequence: Number(after), hash, prevHash };
    }
    if (page.length < pageSize) return;
  }
}

/**
 * In a transaction of `oneMoment`, or what is appended meanwhile would look slipped in.
 * @param anchor the end of the chain as somebody noted it earlier
 */
export async function verifyAuditLog(
  em: EntityManager,
  organizationId: string,
  anchor?: Anchor,
): Promise<Verdict> {
  const head = await readHead(em, organizationId);
  const faults: AuditFault[] = [];
  const find = (sequence: number | null, problem: string) => {
    if (faults.length < listed) faults.push({ sequence, problem });
    else if (faults.length === listed) faults.push({ sequence: null, problem: 'and more' });
  };
  const begin = head ?? { sequence: 0, hash: '', baseSequence: 0, baseHash: '0'.repeat(64) };
  let previous = { sequence: begin.baseSequence, hash: begin.baseHash, computed: begin.baseHash };
  let entries = 0;
  let isAnchored = !anchor || anchor.sequence <= begin.baseSequence;
  if (anchor && anchor.sequence < begin.baseSequence) {
    find(anchor.sequence, `was noted as anchor and cannot be compared: ${pruned(begin.baseSequence)}`);
  } else if (anchor?.sequence === begin.baseSequence && anchor.hash !== begin.baseHash) {
    find(anchor.sequence, rewritten);
  }
  for await (const row of readEntries(em, organizationId)) {
    const { sequence, hash, prevHash, line } = row;
    const computed = sha256(line);
    entries += 1;
    if (computed !== hash) find(sequence, 'was changed: its hash is another');
    if (head && sequence > head.sequence) find(sequence, 'was inserted: the chain ends before it');
    else if (sequence <= previous.sequence) find(sequence, 'was inserted: the chain begins after it');
    else if (sequence > previous.sequence + 1) find(sequence, missing(previous.sequence + 1, sequence - 1));
    else if (prevHash !== previous.hash && prevHash !== previous.computed) {
      find(sequence, `does not follow from ${previous.sequence}: one of the two was changed or exchanged`);
    }
    if (sequence === anchor?.sequence) {
      isAnchored = true;
      if (hash !== anchor.hash) find(sequence, rewritten);
    }
    if (sequence > previous.sequence) previous = { sequence, hash, computed };
  }
  if (!head && entries > 0) find(null, 'the head is missing');
  if (head && previous.sequence < head.sequence) {
    find(previous.sequence, `is the last, and ${missing(previous.sequence + 1, head.sequence)}`);
  } else if (head && previous.hash !== head.hash && previous.sequence === head.sequence) {
    find(null, `the head does not fit entry ${previous.sequence}: one of the two was changed`);
  }
  if (!isAnchored) find(anchor?.sequence ?? null, 'was noted as anchor and is missing: the log was cut');
  return {
    entries,
    base: head && head.baseSequence > 0 ? { sequence: head.baseSequence, hash: head.baseHash } : null,
    head: head && { sequence: head.sequence, hash: head.hash },
    faults,
  };
}

const rewritten = 'is not the entry that was noted as anchor: the log was rewritten';

const pruned = (last: number): string => `the entries up to ${last} were pruned`;

const missing = (from: number, to: number): string =>
  from === to ? `${from} was removed` : `${from} to ${to} were removed`;
