import type { CheckRunRecord, RepositoryRecord } from '../records.ts';
import { repositoryUrl } from './repository-json.ts';
import { nodeId } from './user-json.ts';

/** Schema `check-run`. */
export function checkRunJson(origin: string, record: RepositoryRecord, run: CheckRunRecord) {
  const url = `${repositoryUrl(origin, record)}/check-runs/${run.id}`;
  return {
    id: run.id,
    node_id: nodeId('CheckRun', run.id),
    name: run.name,
    head_sha: run.sha,
    external_id: run.externalId,
    url,
    html_url: `${origin}/${record.owner}/${record.name}/runs/${run.id}`,
    details_url: run.detailsUrl,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: {
      title: run.title,
      summary: run.summary,
      text: run.text,
      annotations_count: 0,
      annotations_url: `${url}/annotations`,
    },
    check_suite: run.suite === undefined ? null : { id: run.suite },
    app: null,
    pull_requests: [],
  };
}
