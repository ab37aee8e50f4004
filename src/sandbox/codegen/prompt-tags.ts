/** Reads the tags our prompt templates put around the parts an agent needs word by word. */

/** The text between `<name>` and `</name>`, trimmed; undefined where the prompt has no such tag. */
export function tag(prompt: string, name: string): string | undefined {
  return new RegExp(`<${name}>([\\s\\S]*?)</${name}>`).exec(prompt)?.[1]?.trim();
}

/** The lines of a tag, without bullets, backticks and blanks; empty where there is no such tag. */
export function tagLines(prompt: string, name: string): string[] {
  return (tag(prompt, name) ?? '')
    .split('\n')
    .map((line) => line.replace(/^\s*(?:[-*+]|\d+[.)])\s+/, '').trim())
    .map((line) => line.replace(/^`(.*)`$/, '$1'))
    .filter((line) => line !== '');
}

/** The paths in `<files>`, but for those that lead out of the repository. */
export const namedFiles = (prompt: string) =>
  tagLines(prompt, 'files').filter((file) => !file.startsWith('/') && !file.split('/').includes('..'));

/** The names of steps that `<done>` says are merged, without the files in brackets behind them. */
export function mergedSteps(prompt: string): string[] {
  const sections = (tag(prompt, 'done') ?? '').matchAll(/^Merged:\n((?:- .*(?:\n|$))+)/gm);
  return [...sections].flatMap(([, list = '']) =>
    list
      .split('\n')
      .map((line) => line.replace(/^- /, '').replace(/ \([^()]*\)$/, ''))
      .filter((line) => line !== ''),
  );
}
