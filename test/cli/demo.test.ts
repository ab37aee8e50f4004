import { execFile, execFileSync } from 'node:child_process';
import { copyFile, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { GswClient } from '../../src/client/index.ts';
import { readState } from '../../src/databases/embedded-state.ts';
import { isAlive } from '../../src/databases/postmaster.ts';
import { backends, redisUrl } from '../support/backends.ts';
import { temporaryDataDir } from '../support/throwaway-server.ts';
import { gsw, type Running, start } from './gsw.ts';
import { type Block, enqueueExamples } from './readme.ts';

let dataDir: string;
let running: Running | undefined;
beforeAll(async () => {
  dataDir = await temporaryDataDir();
});
afterAll(async () => {
  running?.kill('SIGTERM');
  await running?.ended;
  await rm(dataDir, { recursive: true, force: true });
});

const inProject = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url));

const demo = (args: string[] = [], env: Record<string, string> = {}) =>
  start(['demo', '--port', '0', ...args], { DATA_DIR: dataDir, ...env });

/** What a demo promises at its end, held against the repository itself. */
function expectMerged(stdout: string, name: string): void {
  expect(stdout).toMatch(/✓ 8\/8 completion/);
  expect(stdout).toMatch(new RegExp(`“A greeting for newcomers” is merged into \\S+ of demo/${name},`));
  expect(stdout).toMatch(/^Pull requests +5, all merged$/m);
  expect(stdout).toMatch(/^Linear issues +5, all closed: ENG-\d+ and 4 sub-issues$/m);
  expect(stdout).toMatch(/^Exactly once +no issue, pull request or branch is there twice/m);
  const [, directory = '', branch = ''] = /^Code +git -C (\S+) log --oneline (\S+)$/m.exec(stdout) ?? [];
  const git = (...args: string[]) => execFileSync('git', ['-C', directory, ...args], { encoding: 'utf8' });
  expect(git('log', '--oneline', branch)).toMatch(/A greeting for newcomers \(#5\)/);
  expect(JSON.parse(git('show', `${branch}:greeting/texts.json`))).toBeTruthy();
  expect(git('branch', '--list', 'gsw/*')).toBe('');
}

/** No process of it is left. */
async function expectNothingRuns(stdout: string): Promise<void> {
  const workers = [...stdout.matchAll(/worker started \(pid (\d+)\)/g)].map(([, pid]) => Number(pid));
  const { pid: server } = await readState(path.join(dataDir, 'demo'));
  expect([...workers, server ?? 0].filter((pid) => isAlive(pid))).toEqual([]);
}

it('carries a requirement to merged code, and leaves nothing running', async () => {
  const { code, stdout, stderr } = await demo(['--repo', 'test/..']).ended;
  expect([code, stderr]).toEqual([0, '']);
  expectMerged(stdout, path.basename(process.cwd()));
  await expectNothingRuns(stdout);
}, 400_000);

it('does so again over the same data, though its worker is killed', async () => {
  running = demo();
  const [, pid] = await running.until(/worker started \(pid (\d+)\)/);
  await running.until(/the agent works on it/);
  process.kill(Number(pid), 'SIGKILL');
  await running.until(new RegExp(`worker \\(pid ${pid}\\) ended \\(SIGKILL\\); starting another`));
  const { code, stdout } = await running.ended;
  expect(code).toBe(0);
  expectMerged(stdout, `${path.basename(process.cwd())}-2`);
  await expectNothingRuns(stdout);
}, 400_000);

it.runIf(backends().includes('Redis'))(
  'runs on Redis, and with --keep takes further workflows until Ctrl-C',
  async () => {
    const requirement = path.join(dataDir, 'small.md');
    await writeFile(requirement, '# A note\n\n- **Note**: write `note.md`\n');
    running = demo(['--keep', '--requirement', requirement], { REDIS_URL: redisUrl() });
    const [, name = ''] = await running.until(/✓ Repository +(\S+),/);
    await running.until(/Everything goes on running until Ctrl-C/);
    expect(running.output()).toMatch(/with the queue on Redis/);
    expect(running.output()).toMatch(/“A note” is merged/);

    const client = { DATA_DIR: dataDir };
    const key = await gsw(['key', '--demo'], client);
    expect(running.output()).not.toContain(key.stdout.trim());
    expect(key.stdout).toMatch(/^gsw_\S+\n$/);

    await writeFile(requirement, '# Another note\n\n- **Note**: write `other.md`\n');
    const asked = await gsw(['run', name, '-f', requirement, '--wait', '--demo'], client);
    expect(asked.code).toBe(3);
    const id = asked.stdout.trim();
    expect(asked.stderr).toContain(`approve ${id} --demo`);
    const rejected = await gsw(['reject', id, '--demo', '--reason', 'One is enough'], client);
    expect(rejected).toMatchObject({ code: 0, stderr: expect.stringMatching(/^Rejected \(plan\)/) });
    await expect
      .poll(async () => (await gsw(['status', id, '--demo'], client)).stderr, {
        timeout: 60_000,
        interval: 500,
      })
      .toMatch(/failed at requirements decomposition: .*One is enough/);

    const second = await gsw(['demo'], client);
    expect(second.stderr).toMatch(/^gsw: A demo is running in .* already \(see http.*DATA_DIR/);
    expect(second.code).toBe(1);

    await expectExamplesWork(name);

    running.kill('SIGINT');
    const { code, stdout } = await running.ended;
    expect(code).toBe(0);
    await expectNothingRuns(stdout);
  },
  600_000,
);

/** Runs what README.md says of enqueuing, as it stands there, in an empty folder and with nothing set but what it says to set. */
async function expectExamplesWork(repository: string): Promise<void> {
  const place = path.join(dataDir, 'elsewhere');
  const folder = await builtPackage();
  await mkdir(place);
  const PATH = `${path.dirname(process.execPath)}:${process.env.PATH}`;
  const run = async (file: string, args: string[], env: Record<string, string>) =>
    (await promisify(execFile)(file, args, { cwd: place, env: { PATH, HOME: place, ...env } })).stdout;
  const blocks = enqueueExamples();
  expect(blocks.map(({ language }) => language)).toEqual(['sh', 'sh', 'ts', 'js', 'sh']);
  const [preparing, ...examples] = blocks as [Block, ...Block[]];

  // from where they are, in place of a checkout beside this folder and the registry
  const install = preparing.text.replace(
    '../graph-sitter-workflows bullmq',
    `${folder} ${inProject('node_modules/bullmq')}`,
  );
  const [installing = '', evaluating = '', exporting = ''] = install.trim().split('\n');
  await run('bash', ['-ec', installing], { npm_config_ignore_scripts: 'true' });
  const settings = { DATA_DIR: dataDir, REDIS_URL: redisUrl() };
  const evaluated = evaluating.replace('../graph-sitter-workflows', inProject('.'));
  const exported = exporting.replace(/=\S+/, `=${repository}`);
  const shown = await run('bash', ['-ec', `${evaluated}\n${exported}\nexport -p`], settings);
  const said = ['GSW_URL', 'GSW_API_KEY', 'REDIS_URL', 'QUEUE_PREFIX', 'REPOSITORY'];
  const env = Object.fromEntries(
    said.map((name) => [name, new RegExp(`${name}="([^"]+)"`).exec(shown)?.[1] ?? '']),
  );

  const api = new GswClient({ url: env.GSW_URL as string, apiKey: env.GSW_API_KEY as string });
  const before = new Set((await api.workflows.page()).items.map(({ id }) => id));
  const notes = async () => (await api.workflows.page()).items.filter(({ id }) => !before.has(id));
  for (const { language, text } of [...examples, ...examples]) {
    if (language === 'sh') await run('bash', ['-ec', text], env);
    else {
      const [, file = '', program = ''] = /^\/\/ (\S+): (\S+)/.exec(text) ?? [];
      await writeFile(path.join(place, file), text);
      await run(program, [file], env);
    }
  }
  await expect.poll(async () => (await notes()).length, { timeout: 60_000 }).toBe(4);
  const ended = await Promise.all((await notes()).map(({ id }) => api.workflows.wait(id)));
  expect(ended.map(({ status, errorMessage }) => errorMessage ?? status)).toEqual(Array(4).fill('completed'));
  expect(await notes()).toHaveLength(4);
}

/** This package as one would install it: the command runs from source. */
async function builtPackage(): Promise<string> {
  const folder = path.join(dataDir, 'package');
  await mkdir(folder);
  await copyFile(inProject('package.json'), path.join(folder, 'package.json'));
  await symlink(inProject('bin'), path.join(folder, 'bin'));
  const client = ['tsc', '-p', 'tsconfig.client.json', '--outDir', path.join(folder, 'dist')];
  await promisify(execFile)('npx', client, { cwd: inProject('.') });
  return folder;
}
