/** For which workflows other services are asked. */
import type { Databases } from '../../databases/connect.ts';
import type { RepositoryName } from '../../integrations/github/port.ts';

export type UnderWay = {
  id: string;
  repository: RepositoryName;
  /** Of a pull request whose merge is waited for. */
  finalPullRequest: number | null;
  hasIssues: boolean;
};

type Row = {
  id: string;
  organization_id: string;
  github_owner: string;
  github_repo_name: string;
  final: number | null;
  has_issues: boolean;
};

/** By organisation. */
export async function workflowsUnderWay(databases: Databases): Promise<Map<string, UnderWay[]>> {
  const rows = await databases.maintenance.workflows((em) =>
    em.execute<Row[]>(
      `select id, organization_id, github_owner, github_repo_name,
              linear_main_issue_key is not null as has_issues,
              case when exists (select from workflow_stage_executions stage
                                 where stage.workflow_execution_id = workflow.id and stage.open_gate = 'merge')
                   then final_pr_number end as final
         from workflow_executions workflow where status in ('running', 'waiting', 'paused')`,
    ),
  );
  const all = new Map<string, UnderWay[]>();
  for (const [organizationId, own] of Map.groupBy(rows, (row) => row.organization_id)) {
    all.set(
      organizationId,
      own.map((row) => ({
        id: row.id,
        repository: { owner: row.github_owner, name: row.github_repo_name },
        finalPullRequest: row.final,
        hasIssues: row.has_issues,
      })),
    );
  }
  return all;
}
