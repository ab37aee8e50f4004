import { readFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';

/** Of this program, such as `0.1.0`. */
export async function readVersion(): Promise<string> {
  const file = findPackageJSON('..', import.meta.url);
  return file ? String(JSON.parse(await readFile(file, 'utf8')).version) : 'unknown';
}
