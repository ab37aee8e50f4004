/** Node, git, the data folder: what this machine has to have. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Config } from '../../config.ts';
import { checkDataDir, checkGit } from '../preflight.ts';
import { type Finding, ok } from './finding.ts';

const run = promisify(execFile);

export async function lookAtNode(): Promise<Finding[]> {
  return [ok('node', `Node ${process.versions.node}`)];
}

export async function lookAtGit(): Promise<Finding[]> {
  await checkGit();
  return [ok('git', (await run('git', ['--version'])).stdout.trim())];
}

export async function lookAtDataDir({ dataDir, postgres }: Config): Promise<Finding[]> {
  await checkDataDir(dataDir, { server: postgres.host === undefined });
  return [ok('data folder', `${dataDir} can be written and has room`)];
}
