/** Parts of a page that are written by a program, between `<!-- name -->` and `<!-- end of name -->`. */

/** The page with this part filled in. Throws where it has no place for it. */
export function fill(page: string, name: string, content: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const [before, rest] = halves(page, begin);
  const [, after] = halves(rest, end);
  return `${before}${begin}\n\n${content}\n\n${end}${after}`;
}

function halves(text: string, marker: string): [string, string] {
  const at = text.indexOf(marker);
  if (at < 0) throw new Error(`The page has no "${marker}".`);
  return [text.slice(0, at), text.slice(at + marker.length)];
}
