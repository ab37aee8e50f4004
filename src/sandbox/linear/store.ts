/** The local Linear's memory: plain tables, written to one JSON file after each change. */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isUuid } from '../../is-uuid.ts';
import type { IssueRecord, StateRecord, Tables, TeamRecord } from './records.ts';
import { invalidInput, notFound } from './refusals.ts';

const defaultStates = [
  { name: 'Backlog', type: 'backlog', color: '#bec2c8' },
  { name: 'Todo', type: 'unstarted', color: '#e2e2e2' },
  { name: 'In Progress', type: 'started', color: '#f2c94c' },
  { name: 'Done', type: 'completed', color: '#5e6ad2' },
  { name: 'Canceled', type: 'canceled', color: '#95a2b3' },
];

export class LinearStore {
  readonly tables: Tables;
  readonly #file: string | undefined;

  /** @param file where to keep the tables; undefined: in memory only */
  constructor(file: string | undefined) {
    this.#file = file;
    this.tables =
      file && existsSync(file)
        ? (JSON.parse(readFileSync(file, 'utf8')) as Tables)
        : { teams: [], states: [], labels: [], issues: [], relations: [], comments: [], attachments: [] };
  }

  /** Writes all tables; a reader, or a crash, never meets half a file. */
  save(): void {
    if (!this.#file) return;
    mkdirSync(path.dirname(this.#file), { recursive: true });
    const draft = `${this.#file}.draft`;
    writeFileSync(draft, JSON.stringify(this.tables, null, 2));
    renameSync(draft, this.#file);
  }

  /** Adds the team with Linear's default states, unless a team of that key is there. */
  ensureTeam({ key, name }: { key: string; name: string }): void {
    if (this.tables.teams.some((team) => team.key === key)) return;
    const team: TeamRecord = { ...newEntity(), key, name };
    this.tables.teams.push(team);
    for (const [position, state] of defaultStates.entries()) {
      this.tables.states.push({ ...newEntity(), teamId: team.id, position, ...state });
    }
  }

  /** By id or by key. Throws `Entity not found`, as Linear does; so do the next ones. */
  team(idOrKey: string): TeamRecord {
    return this.#get('teams', 'Team', (team) => team.id === idOrKey || team.key === idOrKey);
  }

  /** By id or by identifier such as `ENG-1`. */
  issue(idOrIdentifier: string): IssueRecord {
    return this.#get(
      'issues',
      'Issue',
      (issue) => issue.id === idOrIdentifier || issue.identifier === idOrIdentifier.toUpperCase(),
    );
  }

  byId<Name extends keyof Tables>(table: Name, entity: string, id: string): Tables[Name][number] {
    return this.#get(table, entity, (row) => row.id === id);
  }

  /** The states of a team in the order of the board. */
  statesOf(teamId: string): StateRecord[] {
    return this.tables.states
      .filter((state) => state.teamId === teamId)
      .sort((a, b) => a.position - b.position);
  }

  /** The beginnings of a new row; refuses an id that is no UUID or is taken. */
  newRow(table: keyof Tables, id: string | null | undefined) {
    if (id && !isUuid(id)) throw invalidInput('Argument Validation Error - id must be a UUID.');
    if (id && this.tables[table].some((row) => row.id === id)) {
      throw invalidInput(`An entity with the id ${id} already exists.`);
    }
    return newEntity(id ?? randomUUID());
  }

  #get<Name extends keyof Tables>(
    table: Name,
    entity: string,
    fits: (row: Tables[Name][number]) => boolean,
  ): Tables[Name][number] {
    const rows: Tables[Name][number][] = this.tables[table];
    const row = rows.find(fits);
    if (!row) throw notFound(entity);
    return row;
  }
}

function newEntity(id: string = randomUUID()) {
  const now = new Date().toISOString();
  return { id, createdAt: now, updatedAt: now, archivedAt: null };
}
