/**
 * `node src/document.ts [--check]`: writes the pages below, or their generated parts, from the code; with
 * `--check` it only says whether they are true.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { documentDatabases } from './databases/document-databases.ts';
import { documentStates } from './databases/document-states.ts';
import { documentApi } from './http/document-api.ts';
import { documentTypes } from './http/document-types.ts';

const pages = {
  'docs/databases.md': documentDatabases,
  'docs/state-machine.md': documentStates,
  'docs/openapi.json': documentApi,
  'src/client/api-types.ts': documentTypes,
};

const { values } = parseArgs({ options: { check: { type: 'boolean' } } });
for (const [name, document] of Object.entries(pages)) {
  const page = new URL(`../${name}`, import.meta.url);
  const text = readFileSync(page, 'utf8');
  const documented = await document(text);
  if (!values.check) writeFileSync(page, documented);
  else if (documented !== text) {
    console.error(`${name} is not as the code is: run \`npm run docs:write\`.`);
    process.exitCode = 1;
  }
}
