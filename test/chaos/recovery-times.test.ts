import { describe, expect, test } from 'vitest';
import type { Happened } from '../../src/chaos/inject.ts';
import type { Entry } from '../../src/chaos/journal.ts';
import { percentile, recoveries } from '../../src/chaos/recovery-times.ts';

const entry = (at: number, changes: Partial<Entry>): Entry => ({
  at,
  of: 'operation',
  id: 'o',
  workflowId: 'w',
  stageId: 's',
  scope: 'completion',
  name: 'create-issue',
  status: 'running',
  incarnation: 1,
  token: null,
  leaseUntil: null,
  waitingOn: null,
  waitingUntil: null,
  openGate: null,
  actor: 'host/1',
  ...changes,
});

const kill: Happened = { kind: 'kill', worker: 0, at: 0, began: 1_000, ended: 1_000, pid: 1 };
const flush: Happened = { kind: 'flush', at: 0, began: 1_000, ended: 1_000 };

describe('the recovery of an operation whose worker was killed', () => {
  const claimed = entry(500, { token: 'a', leaseUntil: 6_500 });

  test('ends with the next claim on it, and says how much of it the old claim stood', () => {
    const journal = [
      claimed,
      entry(7_000, { token: 'b', actor: 'host/2' }),
      entry(7_500, { status: 'succeeded', actor: 'host/2' }),
    ];
    expect(recoveries(journal, [kill])).toMatchObject([
      {
        what: 'operation create-issue',
        tookMs: 6_000,
        parts: [
          { name: 'until the claim of the one before ran out', ms: 5_500 },
          { name: 'in line', ms: 500 },
        ],
      },
    ]);
  });

  test('is not over with a renewal of the old claim, and has no time where nothing comes', () => {
    const journal = [claimed, entry(1_001, { token: 'a', leaseUntil: 7_001 })];
    expect(recoveries(journal, [kill])).toMatchObject([{ tookMs: null }]);
  });

  test('counts nobody who worked in another process, and nothing that was over', () => {
    const journal = [
      entry(500, { id: 'other', token: 'a', actor: 'host/2' }),
      entry(600, { id: 'done', token: 'b' }),
      entry(700, { id: 'done', status: 'succeeded' }),
    ];
    expect(recoveries(journal, [kill])).toEqual([]);
  });
});

describe('the recovery of a durable function', () => {
  const row = (at: number, changes: Partial<Entry>) =>
    entry(at, { of: 'stage', id: 's', name: 'completion', ...changes });

  test('that lost its place in line ends with what it does next, not with being put back', () => {
    const journal = [
      row(500, { status: 'running' }),
      row(1_400, { status: 'queued', incarnation: 2, actor: 'host/2' }),
      row(1_900, { status: 'running', incarnation: 2, actor: 'host/2' }),
    ];
    expect(recoveries(journal, [flush])).toMatchObject([
      {
        tookMs: 900,
        parts: [
          { name: 'until it was put back in line', ms: 400 },
          { name: 'in line', ms: 500 },
        ],
      },
    ]);
  });

  test('is not counted while it waits for an operation or a step below it: that is counted instead', () => {
    const journal = [
      row(400, { status: 'running' }),
      entry(500, { status: 'intended' }),
      entry(1_300, { token: 'a', actor: 'host/2' }),
    ];
    expect(recoveries(journal, [flush])).toMatchObject([{ what: 'operation create-issue', tookMs: 300 }]);
  });
});

test('what waited for its time is measured from then on', () => {
  const journal = [
    entry(500, { status: 'unknown', waitingOn: 'the coding agent', waitingUntil: 3_000 }),
    entry(3_200, { token: 'b' }),
  ];
  expect(recoveries(journal, [flush])).toMatchObject([{ tookMs: 200 }]);
});

test('what a service refused is measured from then, and names how long the service asked to wait', () => {
  const throttle: Happened = {
    kind: 'throttle',
    service: 'linear',
    times: 1,
    retryAfterSeconds: 2,
    at: 0,
    began: 1_000,
    ended: 1_001,
  };
  const journal = [
    entry(1_500, { token: 'a' }),
    entry(1_600, { status: 'intended', waitingOn: 'Linear rate limit', waitingUntil: 3_600 }),
    entry(3_900, { token: 'b' }),
  ];
  expect(recoveries(journal, [throttle])).toMatchObject([
    {
      tookMs: 2_300,
      parts: [
        { name: 'as the service asked to wait', ms: 2_000 },
        { name: 'until it was tried again', ms: 300 },
      ],
    },
  ]);
});

describe('what was amiss besides', () => {
  const journal = [
    entry(500, { token: 'a', leaseUntil: 4_000 }),
    entry(4_500, { token: 'b', actor: 'host/2' }),
  ];
  const stall = (began: number, ended: number): Happened => ({
    kind: 'stall',
    server: 'redis',
    lastsMs: ended - began,
    at: 0,
    began,
    ended,
  });
  const meanwhile = (...others: Happened[]) =>
    recoveries(journal, [kill, ...others])
      .filter(({ fault }) => fault === kill)
      .map((one) => one.meanwhile);

  test('is named where it lasted still or began before the work went on', () => {
    const before = stall(0, 1_200);
    const during = stall(3_000, 9_000);
    expect(meanwhile(before, during)).toEqual([[before, during]]);
  });

  test('is not named where it was over before, came later, or hits one service only', () => {
    const drop: Happened = {
      kind: 'drop-reply',
      service: 'github',
      times: 1,
      at: 0,
      began: 2_000,
      ended: 2_001,
    };
    expect(meanwhile(stall(0, 900), stall(4_600, 9_000), drop)).toEqual([[]]);
  });
});

test('a percentile is one of the values, and that of none is null', () => {
  const values = [5, 1, 4, 2, 3];
  expect([percentile(values, 0.5), percentile(values, 0.99), percentile([], 0.5)]).toEqual([3, 5, null]);
});
