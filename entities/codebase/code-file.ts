import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { Codebase } from './codebase.ts';

const schema = defineEntity({
  name: 'CodeFile',
  tableName: 'files',
  properties: {
    ...tenantRow,
    codebaseId: () => p.manyToOne(Codebase).mapToPk().fieldName('codebase_id').deleteRule('cascade'),
    path: p.text(),
    /** Git's id of the content; with the language it leads to `file_metrics` and so to the symbols. */
    blobSha: p.string().length(64),
    sizeBytes: p.bigint('number').check('size_bytes >= 0'),
    language: p.string().length(50).nullable(),
    fileType: p
      .enum(['source', 'test', 'config', 'documentation', 'build', 'data', 'binary', 'unknown'] as const)
      .default('unknown'),
    ...timestamps,
  },
  uniques: [{ properties: ['codebaseId', 'path'] }],
  indexes: [
    { properties: ['organizationId', 'blobSha'] },
    {
      name: 'files_path_search',
      properties: ['path'],
      expression: 'create index files_path_search on files using gin (path gin_trgm_ops)',
    },
  ],
});

/** A file of a codebase as of its last analysis. */
export class CodeFile extends schema.class {}
schema.setClass(CodeFile);
