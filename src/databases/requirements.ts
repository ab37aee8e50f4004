/**
 * What setup is made of: requirements. Each says how the server tells whether it holds and what makes it hold, so that
 * setting up, printing the plan and checking a live server cannot say different things.
 */
import { type Session, SetupError } from './statements.ts';

export type Statement = {
  sql: string;
  /** What is printed in its place, where it holds a password. */
  shown?: string;
};

/** Something that is not as it must be. */
export type Lack = {
  /** The difference, in words. */
  difference: string;
  statements: Statement[];
  /** Where it is not setup's to mend: what somebody must do, as a sentence. */
  refusal?: string | undefined;
  /** Beginnings of lines of the golden schema that this difference explains. */
  covers?: string | undefined;
};

/** A fact. `holds` is a boolean expression of SQL that takes missing roles and tables: null counts as no. */
export type Fact = {
  what: string;
  holds: string;
  mend: string | string[];
  refusal?: string;
  /** It is about what is there already: where that is yet to be made, it will be made so. */
  ofOld?: true;
  covers?: string;
};

/** A fact; or statements that are run each time, for they do nothing where they are done; or what only code can find. */
export type Requirement = Fact | { always: string[] } | ((session: Session) => Promise<Lack[]>);

export type Difference = { database: string; difference: string; mend: string };

/** What is done about a lack. */
export type Conduct =
  /** Mends it, and looks whether that helped. */
  | { mode: 'run' }
  /** Notes the statements in their order, and runs none. */
  | { mode: 'plan'; plan(database: string, role: string | undefined, statement: string): void }
  /** Notes the differences. */
  | { mode: 'check'; differ(difference: Difference): void };

/**
 * Sees to these requirements, in their order; gives those that did not hold. Throws {@link SetupError} at the first that
 * cannot be made to.
 */
export async function fulfil(
  session: Session,
  requirements: readonly Requirement[],
  conduct: Conduct,
): Promise<Lack[]> {
  const found = await lacks(session, requirements, conduct.mode);
  if (conduct.mode === 'run') {
    await mend(session, found, requirements);
    return found.filter(({ difference }) => difference !== '');
  }
  for (const { difference, statements, refusal } of found) {
    const shown = statements.map((statement) => statement.shown ?? statement.sql);
    if (conduct.mode === 'check') {
      conduct.differ({ database: session.database, difference, mend: refusal ?? `${shown.join('; ')};` });
    } else if (refusal) {
      throw new SetupError(session.database, refusal);
    } else {
      for (const statement of shown) conduct.plan(session.database, session.role, statement);
    }
  }
  return found;
}

async function mend(session: Session, found: Lack[], requirements: readonly Requirement[]): Promise<void> {
  for (const { statements, refusal } of found) {
    if (refusal) throw new SetupError(session.database, refusal);
    for (const { sql, shown } of statements) await session.run(sql, shown);
  }
  // PostgreSQL may take a statement and not do it: a grant without the right to it is but a warning
  const [left] = found.some(({ difference }) => difference)
    ? await lacks(session, requirements, 'check')
    : [];
  if (left) {
    const statement = left.statements.map(({ sql, shown }) => shown ?? sql).join('; ');
    throw new SetupError(session.database, `the server took the statement, and still: ${left.difference}`, {
      statement,
    });
  }
}

/** What of these does not hold. In a database that does not exist yet, nothing does. */
export async function lacks(
  session: Session,
  requirements: readonly Requirement[],
  mode: Conduct['mode'] = 'check',
): Promise<Lack[]> {
  const facts = requirements.filter((one) => typeof one === 'object' && 'holds' in one);
  const holds = await answers(session, facts);
  const found: Lack[] = [];
  for (const requirement of requirements) {
    if (typeof requirement === 'function') {
      found.push(...(await requirement(session)));
    } else if ('always' in requirement) {
      if (mode !== 'check')
        found.push({ difference: '', statements: requirement.always.map((sql) => ({ sql })) });
    } else if (!holds.has(requirement)) {
      const { what, mend, refusal, covers } = requirement;
      const statements = [mend].flat().map((sql) => ({ sql }));
      found.push({ difference: `not so: ${what}`, statements, refusal, covers });
    }
  }
  return found;
}

/** Asks the server about all of them at once. */
async function answers(session: Session, facts: Fact[]): Promise<Set<Fact>> {
  if (session.absent) return new Set(facts.filter(({ ofOld }) => ofOld));
  if (facts.length === 0) return new Set();
  const list = facts.map(({ holds }) => `coalesce((${holds}), false)`).join(',\n');
  const rows = await session.run(`select unnest(array[${list}]) as holds`);
  return new Set(facts.filter((_, index) => rows[index]?.holds));
}
