/** What an earlier attempt of a workflow asked an agent under the same name. */
import { PromptExecution } from '../../entities/prompts/prompt-execution.ts';
import { type Asking, promptFor, type Question } from './keep-prompt.ts';

export type KnownQuestion = {
  /** The execution of this attempt, or else the latest before it. */
  id: string;
  attempt: number;
  /** Whether the agent would be told the same now, and its answer, if there is one yet, is of use. */
  isSame: boolean;
  /** The run that it went on with, where a person had written it. */
  continued: string | null;
  /** What a person wants the agent to be told instead: now, or before, and nothing else since. */
  edited: string | null;
  /** The run that this is to go on with. */
  toContinue: string | null;
  /** Has it count for this attempt, too. */
  keep(): Promise<void>;
};

/** @param idOf the execution's id in an attempt */
export function knownQuestion(
  { db, attempt, cause, workflow }: Asking,
  question: Question,
  idOf: (attempt: number) => string,
): Promise<KnownQuestion | null> {
  const ids = Array.from({ length: attempt }, (_, index) => idOf(index + 1));
  return db.prompts(async (em) => {
    const [latest, ...before] = await em.find(PromptExecution, { id: ids }, { orderBy: { attempt: 'desc' } });
    if (!latest) return null;
    const isByPerson = latest.templateVersionId == null;
    const isWantedAnew = cause?.payload.anew === true && cause.payload.from === latest.stage;
    // what a person wrote is wanted until he wants something else
    const words = isByPerson ? latest.prompt : null;
    const edited = question.edited || (isWantedAnew ? null : words);
    const now = isByPerson
      ? latest.prompt
      : (await promptFor(em, workflow.organizationId, latest.id, workflow.currentStage, question)).prompt;
    return {
      id: latest.id,
      attempt: latest.attempt,
      isSame: !question.edited && !isWantedAnew && latest.status !== 'failed' && now === latest.prompt,
      continued: words && goneOnWith(before, words),
      edited,
      toContinue: edited && goneOnWith([latest, ...before], edited),
      keep: async () => {
        await db.prompts((fresh) => fresh.nativeUpdate(PromptExecution, { id: latest.id }, { attempt }));
      },
    };
  });
}

/** The run before these words; one that was told them and failed is not what they are a follow-up of. @param before latest first */
const goneOnWith = (before: readonly PromptExecution[], words: string): string | null =>
  before.find(({ status, prompt }) => status !== 'failed' || prompt !== words)?.agentRunId ?? null;
