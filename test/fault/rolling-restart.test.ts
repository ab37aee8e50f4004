import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GswClient } from '../../src/client/index.ts';
import type { Running } from '../cli/gsw.ts';
import { backends } from '../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type Installation, openInstallation } from '../support/installation.ts';

const workers = 3;
const workflows = 6;
const requirements = '# Greet\n\n- Say hello to newcomers.\n- Say goodbye to those who leave.';

describe.each(backends())('a rolling restart on %s', (backend) => {
  let fresh: FreshDatabases;
  let installation: Installation;
  beforeAll(async () => {
    fresh = await freshDatabases();
    const NODE_OPTIONS = `--import ${new URL('../support/patient-reconciler.ts', import.meta.url)}`;
    installation = await openInstallation(fresh, backend, {
      ...{ LOG_LEVEL: 'warn', METRICS_PORT: '0', NODE_OPTIONS },
    });
  });
  afterAll(async () => {
    await installation?.close();
    await fresh?.drop();
  });

  test('under load loses nothing, does nothing twice, and cuts nothing off', async () => {
    const { start, sandbox } = installation;
    const api = start(['start', '--no-worker']);
    const [, url = ''] = await api.until(/API +(http:\S+)\/v1/);
    const gsw = new GswClient({ url, apiKey: await installation.key() });
    const begin = async (): Promise<Running> => {
      const worker = start(['worker']);
      await worker.until(/serves all/);
      return worker;
    };
    const put = async (name: string) => {
      await sandbox.github.addRepository({ owner: 'acme', name });
      const options = { autoConfirmPlan: true, autoMerge: true };
      return (await gsw.workflows.enqueue({ repository: `acme/${name}`, requirements, options })).id;
    };
    /** All that was done outside for one repository. */
    const effects = async (name: string) => {
      const repository = { owner: 'acme', name };
      const pulls = await sandbox.github.pullRequests(repository);
      return {
        pulls: pulls.map(({ title }) => title).sort(),
        comments: (await sandbox.github.comments(repository)).length,
        branches: (await sandbox.github.branches(repository)).length,
      };
    };
    const everywhere = () => ({
      issues: sandbox.linear.issues().length,
      turns: sandbox.codegen.runs().flatMap(({ prompts }) => prompts).length,
    });

    let running = await Promise.all(Array.from({ length: workers }, begin));
    // what one workflow does where nothing is restarted
    expect((await gsw.workflows.wait(await put('control'))).status).toBe('completed');
    const expected = await effects('control');
    const each = everywhere();
    expect(expected.pulls.length).toBeGreaterThan(1);

    const names = Array.from({ length: workflows }, (_, at) => `restarted-${at}`);
    const ids = await Promise.all(names.map(put));
    const open = async () => {
      const states = await Promise.all(ids.map(async (id) => (await gsw.workflows.get(id)).status));
      return states.filter((status) => !['completed', 'failed', 'cancelled'].includes(status)).length;
    };
    let restarts = 0;
    const ended: Running[] = [];
    // each in turn, the new one first, as a rollout does, until the work is done, and each once at least
    while (restarts < workers || (await open()) > 0) {
      const [oldest, ...others] = running as [Running, ...Running[]];
      running = [...others, await begin()];
      oldest.kill('SIGTERM');
      ended.push(oldest);
      expect((await oldest.ended).code).toBe(0);
      restarts += 1;
    }
    for (const id of ids) expect((await gsw.workflows.wait(id)).status).toBe('completed');
    for (const name of names) expect(await effects(name)).toEqual(expected);
    expect(everywhere()).toEqual({
      issues: each.issues * (workflows + 1),
      turns: each.turns * (workflows + 1),
    });
    expect(restarts).toBeGreaterThanOrEqual(workers);
    // nobody had to take anything over: whoever was told to stop finished what he had
    const stalled = await Promise.all(
      running.map(async (worker) => {
        const [, metrics = ''] = /Metrics +(http:\S+)/.exec(worker.output()) ?? [];
        return (await (await fetch(metrics)).text()).match(/^gsw_stages_put_back_total\S* [1-9]\d*$/gm);
      }),
    );
    expect(stalled).toEqual(running.map(() => null));
    for (const worker of ended) expect(worker.output()).toContain('Stopped.');
  }, 800_000);
});
