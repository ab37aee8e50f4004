/** Sends a pull request back to the agent that made it, and publishes what it mends. */
import { PromptExecution } from '../../entities/prompts/prompt-execution.ts';
import type { StepContext } from '../../src/engine/define.ts';
import { OperationFailed } from '../../src/engine/errors.ts';
import { isAgentsDoing } from '../../src/integrations/agent/port.ts';
import type { TemplateSlug } from '../../src/prompts/templates.ts';
import { askAgent } from '../agent/ask-agent.ts';
import { publishBranch } from '../operations/agent/publish-branch.ts';
import type { Candidate } from '../plan/candidate.ts';

/** What mended something, and the commit that it came to. */
export type Repair = { executionId: string; headSha: string };

/** Null where the agent mended nothing. */
export async function repair(
  context: StepContext,
  { step, pull }: Candidate,
  key: string,
  request: { template: TemplateSlug; variables: Record<string, string>; headSha: string },
): Promise<Repair | null> {
  const { db, perform, workflow, version } = context;
  const workspace = {
    repository: workflow.repository(),
    branch: pull.headBranch,
    baseSha: request.headSha,
  };
  const work = await db.prompts((em) => em.findOneOrFail(PromptExecution, pull.executionId));
  const answer = await askAgent(context, key, {
    purpose: 'repair',
    template: request.template,
    variables: { name: step.stepName, files: step.files.join('\n'), ...request.variables },
    workspace,
    ...(work.agentRunId ? { continues: work.agentRunId } : {}),
  });
  if (answer.response === null) return null;
  try {
    const { headSha } = await perform(
      `${key}/publish`,
      publishBranch.with({ runId: answer.runId, workspace }),
    );
    return { executionId: answer.executionId, headSha };
  } catch (error) {
    // An agent that finds nothing to mend has had its say: the next look decides.
    if (error instanceof OperationFailed && (version < 2 || isAgentsDoing(error.message))) return null;
    throw error;
  }
}
