/** Adds to a prompt what the organisation's rules say. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { ContextSource } from '../../entities/prompts/context-source.ts';
import { PromptEnhancement } from '../../entities/prompts/prompt-enhancement.ts';

export type Enhanced = {
  prompt: string;
  /** Ids of the rules, in the order in which they were applied. */
  applied: string[];
};

export async function enhance(
  em: EntityManager,
  prompt: string,
  { stage, purpose }: { stage: string; purpose: string },
): Promise<Enhanced> {
  const rules = await em.find(
    PromptEnhancement,
    {
      isActive: true,
      $and: [{ $or: [{ stage }, { stage: null }] }, { $or: [{ purpose }, { purpose: null }] }],
    },
    { orderBy: { applicationOrder: 'asc' } },
  );
  const sources = await em.find(ContextSource, {
    id: { $in: rules.flatMap(({ contextSourceId }) => contextSourceId ?? []) },
  });
  const additions = rules.map(({ contextSourceId, instructions }) => {
    const source = sources.find(({ id }) => id === contextSourceId);
    const context = source
      ? [`<context name=${JSON.stringify(source.name)}>\n${source.content}\n</context>`]
      : [];
    return [...context, ...(instructions.trim() === '' ? [] : [instructions.trim()])].join('\n\n');
  });
  return {
    prompt: additions.length === 0 ? prompt : `${[prompt.trimEnd(), ...additions].join('\n\n')}\n`,
    applied: rules.map(({ id }) => id),
  };
}
