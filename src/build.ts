/** `npm run build`: JavaScript in `dist/`, for packages (Node runs no TypeScript inside node_modules). */
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** What is read at run time beside the code. */
const assets = /\.(md|css)$|(^|[\\/])schema\.txt$/;

const project = fileURLToPath(new URL('..', import.meta.url));
const inProject = (...parts: string[]) => path.join(project, ...parts);

rmSync(inProject('dist'), { recursive: true, force: true });
const compiler = path.join(
  path.dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
  'bin',
  'tsc',
);
// the second for the client alone, with its types: other programs import it
for (const part of ['tsconfig.build.json', 'tsconfig.client.json']) {
  const compiled = spawnSync(process.execPath, [compiler, '-p', inProject(part)], { stdio: 'inherit' });
  if (compiled.status !== 0) process.exit(compiled.status ?? 1);
}
for (const folder of ['src', 'migrations']) {
  for (const file of readdirSync(inProject(folder), { recursive: true, encoding: 'utf8' })) {
    if (assets.test(file)) cpSync(inProject(folder, file), inProject('dist', folder, file));
  }
}
