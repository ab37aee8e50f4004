import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { score } from '../measures.ts';
import { Codebase } from './codebase.ts';

const schema = defineEntity({
  name: 'ExternalDependency',
  tableName: 'external_dependencies',
  properties: {
    ...tenantRow,
    codebaseId: () => p.manyToOne(Codebase).mapToPk().fieldName('codebase_id').deleteRule('cascade'),
    /** `npm`, `pip`, `maven`, `cargo`, … */
    packageManager: p.string().length(50),
    name: p.string().length(255).check("btrim(name) <> ''"),
    /** As resolved; null where nothing says which. */
    version: p.string().length(100).nullable(),
    /** As asked for, such as `^5.0.0`. */
    versionRange: p.string().length(100).nullable(),
    kind: p.enum(['production', 'development', 'optional', 'peer', 'build'] as const).default('production'),
    /** Asked for by the codebase itself rather than by another dependency. */
    isDirect: p.boolean().default(true),
    manifestPath: p.text().nullable(),
    /** SPDX expression. */
    license: p.string().length(255).nullable(),
    /** How many files import it. */
    usageCount: p.integer().default(0).check('usage_count >= 0'),
    latestVersion: p.string().length(100).nullable(),
    isDeprecated: p.boolean().default(false),
    vulnerabilityCount: p.integer().default(0).check('vulnerability_count >= 0'),
    highestSeverity: p.enum(['low', 'moderate', 'high', 'critical'] as const).nullable(),
    securityScore: score('security_score').nullable(),
    maintenanceScore: score('maintenance_score').nullable(),
    /** When the vulnerabilities were last looked up. */
    checkedAt: p.datetime().nullable(),
    ...timestamps,
  },
  uniques: [
    {
      name: 'external_dependencies_unique',
      properties: ['codebaseId', 'packageManager', 'name', 'version'],
      expression:
        'create unique index external_dependencies_unique on external_dependencies (codebase_id, package_manager, name, version) nulls not distinct',
    },
  ],
  indexes: [{ properties: ['organizationId', 'name'] }],
});

/** A package of others that a codebase builds on. */
export class ExternalDependency extends schema.class {}
schema.setClass(ExternalDependency);
