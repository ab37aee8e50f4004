/** What one durable function has performed so far, and the writing of new intents. */

import { ledgerTables, type Operation } from '../../entities/workflows/operation.ts';
import type { Statement } from '../databases/round-trip.ts';
import type { OrganizationDatabases } from '../databases/tenancy.ts';
import { type Judgement, judge, takeUp } from './control/judge.ts';
import type { OperationRequest } from './define.ts';
import { deriveId, hashOf } from './derive.ts';
import { ledgerOf, services } from './engine.ts';
import { PermanentFailure } from './errors.ts';
import { expectCurrent, type Holder } from './fencing.ts';

/** The durable function that performs: which workflow, which stage's row, and its own name within the workflow. */
export type Performer = {
  organizationId: string;
  workflowId: string;
  stageExecutionId: string;
  scope: string;
  /** The attempt of the workflow in which it was begun. */
  attempt: number;
  /** Of its definition, as its row has it. */
  version: number;
  holder: Holder;
  /** The queue job it runs in: what its operations' jobs are added under. */
  job: { queue: string; id: string };
};

export type Wish = readonly [key: string, request: OperationRequest];

const performedIn = (table: string): Statement => ({
  name: `performed in ${table}`,
  text: `select * from ${table} where workflow_execution_id = $1 and scope = $2 and superseded_at is null`,
});

export class Ledger {
  readonly #db: OrganizationDatabases;
  readonly #performer: Performer;
  readonly #known: Map<string, Operation>;

  private constructor(db: OrganizationDatabases, performer: Performer, known: readonly Operation[]) {
    this.#db = db;
    this.#performer = performer;
    this.#known = new Map(known.map((operation) => [operation.key, operation]));
  }

  static async open(db: OrganizationDatabases, performer: Performer): Promise<Ledger> {
    const { workflowId, scope } = performer;
    const values = [workflowId, scope];
    const known: Operation[][] = await db.workflows.inOneTrip(
      services.map((service) => ({
        statement: performedIn(ledgerTables[service]),
        values,
        as: ledgerOf[service],
      })),
    );
    return new Ledger(db, performer, known.flat());
  }

  /** The rows of these wishes, in their order; intents are written, in one transaction, for those not seen before. */
  async intend(wishes: readonly Wish[]): Promise<Operation[]> {
    for (const wish of wishes) this.#checkRemembered(wish);
    const unseen = this.unseen(wishes);
    if (unseen.length > 0) {
      const written = await this.#db.workflows(async (em) => {
        await expectCurrent(em, this.#performer.holder);
        const rows: Operation[] = [];
        for (const [key, request] of unseen) {
          const table = ledgerOf[request.operation.service];
          const earlier = this.#known.get(key);
          if (earlier) {
            const takenUp = await takeUp(em, earlier, this.#judgementOf([key, request]), this.#performer);
            if (takenUp) rows.push(takenUp);
            if (takenUp) continue;
          }
          const intent = this.#intent(key, request);
          // A twin of this job, not yet known to be dead, may have written the same intent.
          await em.upsert(table, intent, { onConflictFields: ['id'], onConflictAction: 'ignore' });
          rows.push(await em.findOneOrFail(table, intent.id, { refresh: true }));
        }
        return rows;
      });
      for (const operation of written) this.#known.set(operation.key, operation);
    }
    return wishes.map(([key]) => this.#known.get(key) as Operation);
  }

  /** Those for which an intent is still to be written. */
  unseen(wishes: readonly Wish[]): Wish[] {
    return wishes.filter((wish) => this.#judgementOf(wish) !== 'stands');
  }

  /** Whether performing this would go on with what an earlier attempt began, or give what it was given. */
  stands(wish: Wish): boolean {
    return ['stands', 'revive'].includes(this.#judgementOf(wish));
  }

  #judgementOf([key, request]: Wish): Judgement | 'unseen' {
    const row = this.#known.get(key);
    return row ? judge(row, request, this.#performer.attempt) : 'unseen';
  }

  #intent(key: string, { operation, input }: OperationRequest) {
    const { organizationId, workflowId, stageExecutionId, scope, attempt, job } = this.#performer;
    const again = attempt > 1 ? [`attempt ${attempt}`] : [];
    return {
      id: deriveId('operation', workflowId, scope, key, ...again),
      attempt,
      organizationId,
      workflowExecutionId: workflowId,
      workflowStageExecutionId: stageExecutionId,
      scope,
      key,
      operationType: operation.name,
      definitionVersion: operation.version ?? 1,
      input,
      inputHash: hashOf(input),
      parentJobId: job.id,
    };
  }

  #checkRemembered([key, { operation, input }]: Wish): void {
    const row = this.#known.get(key);
    if (!row || judge(row, { operation, input }, this.#performer.attempt) !== 'contradicts') return;
    throw new PermanentFailure(
      `"${key}" of ${this.#performer.scope} was ${row.operationType} before and is now ${operation.name} ` +
        'with another input: code between two performs must give the same values every time',
    );
  }
}
