/** What README.md says under "Enqueue from anywhere", to be run as it stands there. */
import { readFileSync } from 'node:fs';

export type Block = { language: string; text: string };

/** The code of that chapter, in order. */
export function enqueueExamples(): Block[] {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const [chapter = ''] = /^## Enqueue from anywhere$[\s\S]*?(?=^## |$(?![\s\S]))/m.exec(readme) ?? [];
  return [...chapter.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => ({
    language,
    text,
  }));
}
