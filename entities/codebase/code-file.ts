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
    /** Git's id of the content. */
    blobSha: p.string().length(64),
    sizeBytes: p.bigint('number').check('size_bytes >= 0'),
    language: p.string().length(50).nullable(),
    ...timestamps,
  },
  uniques: [{ properties: ['codebaseId', 'path'] }],
});

/** A file of a codebase as of its last analysis. */
export class CodeFile extends schema.class {}
schema.setClass(CodeFile);
