/** Decomposes a requirement by its list: one step per item, dependencies from what the items say. */

type DemoStep = {
  name: string;
  description: string;
  acceptance_criteria: string[];
  files: string[];
  /** Names of other steps. */
  depends_on: string[];
  effort_hours: number;
  /** 1 to 10. */
  complexity: number;
};
export type DemoPlan = { title: string; summary: string; steps: DemoStep[] };

type Item = { text: string; children: string[] };

const maxSteps = 6;
const listLine = /^(\s*)(?:[-*+]|\d+[.)])\s+(?:\[[ x]\]\s+)?(.*)$/;

/** @param done names of steps that are merged already; they are not planned again */
export function planFrom(requirement: string, done: readonly string[] = []): DemoPlan {
  const lines = requirement.replace(/```[\s\S]*?```/g, '').split('\n');
  const paragraphs = requirement
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '' && !listLine.test(paragraph.split('\n')[0] ?? ''));
  const heading = /^#+[ \t]*(.+)$/m.exec(requirement)?.[1];
  const title = plain(heading ?? paragraphs[0]?.split('\n')[0] ?? 'Requirement');
  const summary = plain(paragraphs.find((paragraph) => !paragraph.startsWith('#')) ?? title);
  const items = itemsOf(lines).slice(0, maxSteps);
  if (items.length === 0)
    items.push({ text: title === summary ? title : `${title}. ${summary}`, children: [] });

  const names = unique(items.map((item) => nameOf(item.text)));
  const claimed = new Set<string>();
  const steps = items.map((item, index): DemoStep => {
    const name = names[index] ?? item.text;
    const files = filesOf(item.text, name, claimed);
    const criteria =
      item.children.length > 0 ? item.children.map(plain) : files.map((file) => `${file} covers: ${name}`);
    return {
      name,
      description: plain(item.text),
      acceptance_criteria: criteria,
      files,
      depends_on: [],
      effort_hours: Math.max(1, Math.round(item.text.split(/\s+/).length / 12)),
      complexity: Math.min(10, 1 + files.length + criteria.length),
    };
  });
  const dependencies = dependenciesOf(items, names);
  steps.forEach((step, index) => {
    step.depends_on = dependencies[index] ?? [];
  });
  const isDone = (name: string) => done.some((one) => one.toLowerCase() === name.toLowerCase());
  const left = steps.filter(({ name }) => !isDone(name));
  for (const step of left) step.depends_on = step.depends_on.filter((name) => !isDone(name));
  return { title: title.slice(0, 120), summary, steps: left };
}

function itemsOf(lines: string[]): Item[] {
  const matches = lines.map((line) => listLine.exec(line));
  const margin = Math.min(...matches.flatMap((match) => (match ? [match[1]?.length ?? 0] : [])));
  const items: Item[] = [];
  lines.forEach((line, index) => {
    const match = matches[index];
    const last = items.at(-1);
    if (match && (match[1]?.length ?? 0) <= margin + 1) items.push({ text: match[2] ?? '', children: [] });
    else if (match && last) last.children.push(match[2] ?? '');
    else if (last && /^\s+\S/.test(line)) {
      if (last.children.length > 0) last.children.push(`${last.children.pop()} ${line.trim()}`);
      else last.text += ` ${line.trim()}`;
    }
  });
  return items;
}

/** Items that say "after …" depend on what they name. Where none does: all on the first, the last of many on all. */
function dependenciesOf(items: Item[], names: string[]): string[][] {
  const said = items.map((item) => /\bafter\b(.*)/i.exec(item.text)?.[1]);
  if (said.some((words) => words !== undefined)) {
    return said.map((words, index) =>
      words === undefined || index === 0 ? [] : namedIn(words, names.slice(0, index)),
    );
  }
  const isLastOfMany = (index: number) => items.length > 3 && index === items.length - 1;
  return names.map((_, index) =>
    isLastOfMany(index) ? names.slice(0, -1) : names.slice(0, Math.min(index, 1)),
  );
}

/** Which of the earlier steps the words mean; the one just before where that cannot be told. */
function namedIn(words: string, earlier: string[]): string[] {
  if (/\b(all|everything|the (others|rest))\b/i.test(words)) return [...earlier];
  const ordinals = ['first', 'second', 'third', 'fourth', 'fifth'];
  const said = wordsOf(words);
  const meant = earlier.filter((name, index) => {
    if (
      said.includes(ordinals[index] ?? '') ||
      new RegExp(`\\b(step|item|#)\\s*${index + 1}\\b`, 'i').test(words)
    )
      return true;
    const own = wordsOf(name).filter((word) => word.length > 3);
    return own.length > 0 && own.filter((word) => said.includes(word)).length * 2 > own.length;
  });
  return meant.length > 0 ? meant : earlier.slice(-1);
}

/** Paths in backticks that no earlier item has; a page named after the step where there is none. */
function filesOf(text: string, name: string, claimed: Set<string>): string[] {
  const mentioned = [...text.matchAll(/`([\w.@-]+(?:\/[\w.@-]+)*\.\w+)`/g)].map((match) => match[1] ?? '');
  const own = [...new Set(mentioned)].filter((file) => !file.includes('..') && !claimed.has(file));
  const files = own.length > 0 ? own : [`docs/${wordsOf(name).join('-') || 'step'}.md`];
  for (const file of files) claimed.add(file);
  return files;
}

function nameOf(text: string): string {
  const head = /^\*\*(.+?)\*\*/.exec(text)?.[1] ?? text.split(/\s[—–-]\s|:\s|\.\s|;\s/)[0] ?? text;
  const name = plain(head).replace(/[.:,]$/, '');
  return name.length > 70 ? `${name.slice(0, 69).trimEnd()}…` : name;
}

function unique(names: string[]): string[] {
  return names.map((name, index) => (names.indexOf(name) === index ? name : `${name} (${index + 1})`));
}

const plain = (text: string) =>
  text
    .replace(/\*\*|`/g, '')
    .replace(/\s+/g, ' ')
    .trim();
const wordsOf = (text: string): string[] => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
