/** What tests of whole workflows share: databases for the file, a system for each test, and what people do with it. */
import { afterAll, afterEach, beforeAll } from 'vitest';
import { receiveSignal, type SignalRequest } from '../../src/engine/receive-signal.ts';
import { workflowView } from '../../src/http/views/workflow-view.ts';
import type { BackendName } from './backends.ts';
import { type FreshDatabases, freshDatabases } from './databases.ts';
import { type TestSystem, type TestSystemOptions, testSystem } from './system.ts';

export const oneFile = '# One file\n\n- Add greeting/hello.md that greets the reader.\n';
export const twoFiles = `# Two files

- Add greeting/hello.md that greets the reader.
- Add greeting/index.md that links to hello.md.
`;
/** Asks people nothing. */
export const automatic = { autoConfirmPlan: true, autoMerge: true } as const;

/** To be called at the top of a test file. */
export function lifecycle() {
  let fresh: FreshDatabases;
  let system: TestSystem;
  beforeAll(async () => {
    fresh = await freshDatabases();
  });
  afterAll(() => fresh?.drop());
  afterEach(() => system?.close());
  return {
    /** Of this test, with a worker. */
    async start(backend: BackendName, options?: TestSystemOptions): Promise<TestSystem> {
      system = await testSystem(fresh, backend, options);
      system.work();
      return system;
    },
    /** As Ada. */
    send: (workflowId: string, type: SignalRequest['type'], payload: object = {}, reason?: string) =>
      receiveSignal(system.engine, {
        organizationId: system.organizationId,
        workflowId,
        type,
        actor: 'Ada',
        reason,
        payload: { ...payload },
      }),
    over: (id: string) => system.until(id, ['completed', 'failed', 'cancelled'], 120_000),
    async viewOf(id: string) {
      const view = await workflowView(system.engine.databases.inOrganization(system.organizationId), id);
      if (!view) throw new Error('there is no such workflow');
      return view;
    },
  };
}
