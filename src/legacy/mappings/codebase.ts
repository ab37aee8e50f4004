/** Into codebase_db: which branches were looked at. What was found in them is found anew with the next analysis. */
import { deriveId } from '../../engine/derive.ts';
import { derived, exactly, from, oneOf, orElse, required, score, timestamps } from '../conversions.ts';
import { type At, leave, type Mapping } from '../mapping.ts';
import { repositoryCompanions } from './companions.ts';

const freeJson = 'free JSON that nothing read';
const anew = 'found anew with the next analysis';

const repositoryOf = ({ identities, row }: At) => identities.repositories.of('codebase.codebases', row.id);

const branchOf = (branch: unknown) => String(branch ?? 'main');

const idOf = (at: At) => {
  const repository = required(repositoryOf(at), 'it names no repository');
  return deriveId('codebase', at.organizationId, repository.id, branchOf(at.row.branch));
};

const codebases: Mapping = {
  source: 'codebase.codebases',
  target: 'codebase.codebases',
  id: idOf,
  mergedInto: (at) =>
    !repositoryOf(at) || at.identities.repositories.leads('codebase.codebases', at.row.id)
      ? null
      : 'an earlier row for the same branch of the same repository',
  before: repositoryCompanions(repositoryOf),
  columns: {
    repository_id: derived((at) => required(repositoryOf(at), 'it names no repository').id),
    branch: orElse('branch', 'main'),
    include_patterns: orElse('include_patterns', []),
    exclude_patterns: orElse('exclude_patterns', []),
    ...timestamps,
  },
  leftOut: {
    ...leave('the repository has it', 'name description repository_url repository_type language languages'),
    ...leave(
      anew,
      'commit_hash framework analysis_config total_files total_lines total_functions total_classes complexity_score maintainability_index technical_debt_ratio last_analyzed_at analysis_status',
    ),
    ...leave('nothing here refers to it', 'external_codebase_id tags'),
    ...leave('a branch that is looked at is not deleted', 'deleted_at'),
    ...leave(freeJson, 'metadata'),
  },
};

const dependencies: Mapping = {
  source: 'codebase.external_dependencies',
  target: 'codebase.external_dependencies',
  columns: {
    codebase_id: exactly('codebase_id', (id, { identities }: At) => ourCodebase(id, identities)),
    package_manager: orElse('package_manager', 'unknown'),
    name: 'name',
    version: 'version',
    kind: exactly(['is_dev_dependency', 'is_optional'], (dev, optional) =>
      dev ? 'development' : optional ? 'optional' : 'production',
    ),
    license: 'license',
    usage_count: from('usage_count', (count) => Math.max(0, count ?? 0)),
    vulnerability_count: from('vulnerability_count', (count) => Math.max(0, count ?? 0)),
    is_deprecated: orElse('is_deprecated', false),
    security_score: score('security_score'),
    maintenance_score: score('maintenance_score'),
    ...timestamps,
  },
  leftOut: {
    ...leave('the package registry tells', 'description homepage_url repository_url'),
    ...leave(anew, 'first_used_at last_used_at'),
    ...leave(freeJson, 'metadata'),
  },
};

const ourCodebase = (id: unknown, identities: At['identities']) =>
  required(identities.repositories.codebaseOf(id), 'its codebase names no repository');

const runs: Mapping = {
  source: 'codebase.analysis_runs',
  target: 'codebase.analysis_runs',
  columns: {
    codebase_id: exactly('codebase_id', (id, { identities }: At) => ourCodebase(id, identities)),
    status: from('status', (status) => (isOver(status) ? status : 'failed')),
    run_type: oneOf('run_type', ['full', 'incremental', 'targeted'], 'full'),
    trigger_source: oneOf('trigger_source', ['manual', 'schedule', 'webhook', 'api'], 'manual', {
      scheduled: 'schedule',
    }),
    // Git's own word for no commit: a run did not say which one it looked at
    commit_sha: derived(() => '0'.repeat(40)),
    file_count: orElse('files_analyzed', 0),
    total_bytes: derived(() => 0),
    elements_found: orElse('elements_found', 0),
    relationships_found: orElse('relationships_found', 0),
    issues_found: orElse('issues_found', 0),
    overall_complexity: score('overall_complexity'),
    overall_maintainability: score('overall_maintainability'),
    technical_debt_ms: exactly('technical_debt_hours', (hours) =>
      hours === null || Number(hours) < 0 ? null : Math.round(Number(hours) * 3_600_000),
    ),
    error_message: 'error_message',
    warnings: from('warnings', (list) => (Array.isArray(list) ? list : [])),
    started_at: 'started_at',
    completed_at: exactly(
      ['completed_at', 'started_at', 'updated_at', 'created_at'],
      (completed, started, updated, created) =>
        [completed ?? updated ?? created ?? started, started].filter(Boolean).sort().at(-1) ??
        '1970-01-01 00:00:00+00',
    ),
    ...timestamps,
  },
  leftOut: {
    ...leave('a run is known by its commit', 'run_name'),
    ...leave('the codebase has them', 'analysis_config include_patterns exclude_patterns'),
    ...leave('what has ended has no progress', 'progress_percentage duration_seconds'),
    ...leave('the trigger says it', 'triggered_by'),
    ...leave(freeJson, 'metadata'),
  },
};

const isOver = (status: unknown) => ['completed', 'partial', 'failed', 'cancelled'].includes(String(status));

export const mappings: Mapping[] = [codebases, dependencies, runs];
