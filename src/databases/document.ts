/**
 * `node src/databases/document.ts [--check]`: writes the generated parts of the pages below from the entities; with
 * `--check` it only says whether they are true.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { documentDatabases } from './document-databases.ts';
import { documentStates } from './document-states.ts';

const pages = {
  'docs/databases.md': documentDatabases,
  'docs/state-machine.md': documentStates,
};

const { values } = parseArgs({ options: { check: { type: 'boolean' } } });
for (const [name, document] of Object.entries(pages)) {
  const page = new URL(`../../${name}`, import.meta.url);
  const text = readFileSync(page, 'utf8');
  const documented = await document(text);
  if (!values.check) writeFileSync(page, documented);
  else if (documented !== text) {
    console.error(`${name} is not as the code is: run \`npm run docs:write\`.`);
    process.exitCode = 1;
  }
}
