import { bullets } from '../../src/prompts/render.ts';

/** Tells an agent what was wrong with its earlier answer; nothing where nothing was. */
export const complaint = (problems: readonly string[]): string =>
  problems.length === 0
    ? ''
    : `\nAn earlier answer could not be used. Mend this and answer again:\n\n<problems>\n${bullets(problems)}\n</problems>\n`;
