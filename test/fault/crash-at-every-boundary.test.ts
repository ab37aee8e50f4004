/**
 * For every operation there is: its process ends at each instant of the ledger, and another one goes on. In this process,
 * but with nothing left to the one that "ended": from that instant its connections refuse all it tries.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Job } from 'bullmq';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Operation } from '../../entities/workflows/operation.ts';
import { WorkflowStageExecution } from '../../entities/workflows/workflow-stage-execution.ts';
import { operations } from '../../jobs/operations/index.ts';
import { type Catalogue, defineStage, type OperationDefinition } from '../../src/engine/define.ts';
import { type Boundary, type Engine, ledgerOf, type services } from '../../src/engine/engine.ts';
import { runDurable } from '../../src/engine/run-durable.ts';
import { runOperation } from '../../src/engine/run-operation.ts';
import type { FreshDatabases } from '../support/databases.ts';
import { freshDatabases } from '../support/databases.ts';
import { type EffectCase, effectCases, type Scene } from '../support/effect-cases.ts';
import { GitClone } from '../support/git-clone.ts';
import { type TestSystem, testSystem } from '../support/system.ts';

/** Before and after the intent, the call, and the receipt. */
const instants: Boundary[] = [
  'stage-entered',
  'intent-written',
  'operation-claimed',
  'effect-looked-for',
  'effect-made',
  'receipt-written',
];

// biome-ignore lint/suspicious/noExplicitAny: definitions differ in their input and output
type Definition = OperationDefinition<any, any>;

const input: { of?: Definition; is?: object } = {};
const only = defineStage({
  name: 'only_stage',
  run: async ({ perform }) => {
    await perform('it', { operation: input.of as Definition, input: input.is as object });
  },
});
const catalogue: Catalogue = {
  stages: [only],
  steps: [],
  operations,
  projections: [],
  maintenance: [],
  eventHandlers: [],
  intake: [],
};

let fresh: FreshDatabases;
let system: TestSystem;
let folder: string;
beforeAll(async () => {
  fresh = await freshDatabases();
  folder = await mkdtemp(path.join(os.tmpdir(), 'gsw-boundary-'));
  system = await testSystem(fresh, 'PostgreSQL', {
    catalogue,
    queueMayFail: true,
    github: { ci: false },
    environment: { CHECKS_GRACE_MS: '0' },
  });
});
afterAll(async () => {
  await system.close();
  await fresh.drop();
  await rm(folder, { recursive: true, force: true });
});

class Ended extends Error {}

/** An engine that is as good as dead from the instant on: nothing it wants to write or add happens. */
function mortal(engine: Engine, instant: Boundary | undefined): Engine {
  let isDead = false;
  const guard = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(of, key) {
        const value = Reflect.get(of, key, of);
        if (typeof value === 'object' && value !== null) return guard(value);
        if (typeof value !== 'function') return value;
        return new Proxy(value, {
          get: (fn, name) => {
            const inner = Reflect.get(fn, name);
            return typeof inner === 'function' ? guardCall(inner, fn) : inner;
          },
          apply: (fn, _self, args) => guardCall(fn, of)(...args),
        });
      },
    });
  const guardCall =
    (fn: unknown, self: object) =>
    (...args: unknown[]) => {
      if (isDead) throw new Ended('this process has ended');
      const result = Reflect.apply(fn as () => unknown, self, args as []);
      return typeof result === 'object' && result !== null && !(result instanceof Promise)
        ? guard(result)
        : result;
    };
  return {
    ...engine,
    databases: guard(engine.databases),
    queues: { add: async () => undefined, lookUp: async () => 'missing' } as unknown as Engine['queues'],
    atBoundary: (boundary) => {
      if (isDead || boundary !== instant) return;
      isDead = true;
      throw new Ended('this process has ended');
    },
  };
}

const jobOf = (name: string, row: { id: string; incarnation: number }, workflowId: string) =>
  ({
    name,
    id: row.id,
    stalledCounter: 0,
    data: { organizationId: system.organizationId, workflowId, rowId: row.id, incarnation: row.incarnation },
    moveToWaitingChildren: async () => true,
    moveToDelayed: async () => undefined,
  }) as unknown as Job;

const db = () => system.engine.databases.inOrganization(system.organizationId);

async function operationOf(
  workflowId: string,
  service: (typeof services)[number],
): Promise<Operation | null> {
  return db().workflows((em) => em.findOne(ledgerOf[service], { workflowExecutionId: workflowId }));
}

/** Goes on with the workflow until the process ends or the work is done; gives whether it is done. */
async function goOn(engine: Engine, definition: Definition, workflowId: string): Promise<boolean> {
  let last = '';
  for (let turn = 0; turn < 40; turn++) {
    const stage = await db().workflows((em) =>
      em.findOneOrFail(WorkflowStageExecution, { workflowExecutionId: workflowId }),
    );
    if (stage.isOver()) return stage.status === 'completed';
    const operation = await operationOf(workflowId, definition.service);
    try {
      if (operation && !operation.isOver()) {
        const job = jobOf(definition.name, operation, workflowId);
        await runOperation(engine, definition.service, job, 'a token');
      } else {
        await runDurable(engine, 'stage', jobOf(stage.stage, stage, workflowId), 'a token');
      }
    } catch (thrown) {
      if (thrown instanceof Ended) return false;
      // BullMQ is told to wait or to come back: so we do
      last = String(thrown);
    }
  }
  throw new Error(`${definition.name} does not come to its end: ${last}`);
}

async function newScene(): Promise<Scene> {
  const repository = { owner: 'acme', name: `widgets-${randomUUID().slice(0, 8)}` };
  await system.sandbox.github.addRepository(repository);
  const own = system.engine.servicesOf(system.organizationId);
  const clone = await GitClone.of(await own.github.gitRemote(repository), path.join(folder, repository.name));
  const main = (await system.sandbox.github.branches(repository)).main ?? '';
  return { ...own, system, repository, clone, main };
}

/** Performs the operation in a world of its own; gives what came of it there. */
async function perform(definition: Definition, one: EffectCase, instant?: Boundary) {
  const scene = await newScene();
  Object.assign(input, { of: definition, is: definition.input.parse(await one.arrange(scene)) });
  const before = await one.effect(scene);
  const workflowId = await system.enqueue({ repository: scene.repository });
  if (instant) {
    expect(await goOn(mortal(system.engine, instant), definition, workflowId)).toBe(false);
    const left = await operationOf(workflowId, definition.service);
    // its claim runs out
    if (left) {
      await db().workflows((em) =>
        em.nativeUpdate(
          ledgerOf[definition.service],
          { id: left.id, leaseUntil: { $ne: null } },
          { leaseUntil: new Date(0) },
        ),
      );
    }
  }
  expect(await goOn(mortal(system.engine, undefined), definition, workflowId)).toBe(true);
  return { before, after: await one.effect(scene), row: await operationOf(workflowId, definition.service) };
}

/** What the effect amounts to, whatever ids and commits there are in this world. */
const shapeOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.length;
  return typeof value === 'object' && value !== null ? Object.keys(value).toSorted() : value;
};

/** How much more there is of it than before. */
const difference = ({ before, after }: { before: unknown; after: unknown }) =>
  typeof after === 'number'
    ? after - (before as number)
    : Array.isArray(after) && Array.isArray(before) && after.every((one) => typeof one === 'number')
      ? after.reduce((sum, one) => sum + one, 0) - before.reduce((sum, one) => sum + one, 0)
      : [shapeOf(after), Array.isArray(after) ? after.length - (before as unknown[]).length : null];

test('every operation has its case', () => {
  expect(Object.keys(effectCases).toSorted()).toEqual(operations.map(({ name }) => name).toSorted());
});

describe.each(operations.map((definition) => [definition.name, definition as Definition] as const))(
  '%s',
  (name, definition) => {
    test('has its effect exactly once, wherever its process ends', async () => {
      const one = effectCases[name] as EffectCase;
      const expected = difference(await perform(definition, one));
      for (const instant of instants) {
        const { row, ...effect } = await perform(definition, one, instant);
        const made = difference(effect);
        const repeated = one.mayRepeat?.instant === instant && made === (expected as number) + 1;
        expect({ instant, effect: repeated ? expected : made }).toEqual({ instant, effect: expected });
        expect({ instant, status: row?.status }).toEqual({ instant, status: 'succeeded' });
      }
    }, 120_000);
  },
);
