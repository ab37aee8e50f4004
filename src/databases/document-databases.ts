/** The generated parts of docs/databases.md: the list of tables and the diagram of each database, from the entities. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { EntityMetadata } from '@mikro-orm/postgresql';
import { type DatabaseName, databaseNames } from '../config.ts';
import { fill } from '../generated-part.ts';
import { migrationOrm } from './orm.ts';

const root = new URL('../../', import.meta.url);

/** In every table, so not in the diagrams. */
const everywhere = new Set(['organization_id', 'created_at', 'updated_at']);

/** The page with its generated parts as the entities are now. Throws where it has no place for one of them. */
export async function documentDatabases(text: string): Promise<string> {
  let documented = text;
  for (const name of databaseNames) {
    const orm = migrationOrm(name);
    const metas = [...orm.getMetadata().getAll().values()].sort((a, b) =>
      a.tableName < b.tableName ? -1 : 1,
    );
    await orm.close(true);
    documented = fill(documented, `tables of ${name}`, `${listOf(name, metas)}\n\n${diagramOf(metas)}`);
  }
  return documented;
}

function listOf(name: DatabaseName, metas: EntityMetadata[]): string {
  const meanings = meaningsOf(name);
  const rows = metas.map(
    (meta) =>
      `| \`${meta.tableName}\` | ${meta.view ? '*view:* ' : ''}${meanings.get(meta.className) ?? ''} |`,
  );
  return ['| table | what a row is |', '|---|---|', ...rows].join('\n');
}

/** What the comments above the entity classes say, by class; those that all databases have among them. */
function meaningsOf(name: DatabaseName): Map<string, string> {
  const folders = [`entities/${name}/`, 'entities/'].map((folder) => fileURLToPath(new URL(folder, root)));
  const meanings = new Map<string, string>();
  const files = folders.flatMap((folder) => readdirSync(folder).map((file) => folder + file));
  for (const file of files.filter((one) => one.endsWith('.ts'))) {
    const comments = readFileSync(file, 'utf8').matchAll(
      /\/\*\*((?:[^*]|\*(?!\/))*)\*\/\nexport class (\w+)/g,
    );
    for (const [, comment = '', className = ''] of comments) {
      meanings.set(
        className,
        comment
          .replace(/\n\s*\* ?/g, ' ')
          .replaceAll('|', '\\|')
          .trim(),
      );
    }
  }
  return meanings;
}

function diagramOf(metas: EntityMetadata[]): string {
  const tables = metas.filter((meta) => !meta.view);
  const boxes = tables.map((meta) => {
    const lines = meta.comparableProps
      .filter(({ fieldNames }) => fieldNames && !everywhere.has(String(fieldNames[0])))
      .map(({ columnTypes, fieldNames, primary, kind }) => {
        const key = primary ? ' PK' : kind === 'm:1' || kind === '1:1' ? ' FK' : '';
        return `    ${typeOf(columnTypes[0])} ${fieldNames[0]}${key}`;
      });
    return [`  ${meta.tableName} {`, ...lines, '  }'].join('\n');
  });
  const links = tables.flatMap((meta) =>
    meta.relations
      .filter(({ kind, owner }) => kind === 'm:1' || (kind === '1:1' && owner))
      .map(({ targetMeta, fieldNames, nullable, kind, unique }) => {
        const many = kind === '1:1' || unique ? 'o|' : 'o{';
        return `  ${targetMeta?.tableName} ${nullable ? '|o' : '||'}--${many} ${meta.tableName} : ${fieldNames[0]}`;
      }),
  );
  return ['```mermaid', 'erDiagram', ...boxes, ...links, '```'].join('\n');
}

/** Mermaid takes one word. */
const typeOf = (columnType = 'unknown') => columnType.replace(/\(.*\)/, '').replace(/\W+/g, '_');
