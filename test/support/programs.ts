/** Programs that are no packages of npm. Where one is missing, what needs it is left out; `.ci/run` brings them all. */
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** With where only administrators look. */
const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin'];

export const hasPrograms = (...names: string[]): boolean =>
  names.every((name) => folders.some((folder) => folder !== '' && isThere(path.join(folder, name))));

function isThere(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
