/** Linear's schema, rebuilt from the installed `@linear/sdk`, so that the sandbox speaks exactly what the SDK speaks. */
import { readdirSync, readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import path from 'node:path';
import { readDeclarations } from './declarations.ts';
import { writeSdl } from './sdl.ts';

let sdl: string | undefined;

/** The schema definition, built once per process (a fraction of a second). */
export function linearSdl(): string {
  sdl ??= writeSdl(readDeclarations(declarationText()));
  return sdl;
}

/** The one declaration file with the schema's types; its name carries a hash that changes with each release. */
function declarationText(): string {
  const manifest = findPackageJSON('@linear/sdk', import.meta.url);
  if (!manifest) throw new Error('The Linear sandbox needs the package @linear/sdk, which is not installed.');
  const folder = path.join(path.dirname(manifest), 'dist');
  for (const name of readdirSync(folder)) {
    if (!name.endsWith('.d.mts')) continue;
    const text = readFileSync(path.join(folder, name), 'utf8');
    if (text.includes('\ntype IssueCreateInput = {')) return text;
  }
  throw new Error(`No declaration file in ${folder} holds the types of Linear's schema.`);
}
