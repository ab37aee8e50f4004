/** What makes a text acceptable as a requirement; the ways in refuse others before they cost anything. */

/** UTF-8 bytes. */
export const largestRequirement = 200_000;

/** Why this text is no requirement, as a sentence with the mend; null where it is one. */
export function problemOfRequirement(text: string): string | null {
  if (text.trim() === '') return 'The requirements are empty; say what is to be built.';
  const size = Buffer.byteLength(text);
  if (size <= largestRequirement) return null;
  const [kilobytes, limit] = [Math.ceil(size / 1_000), largestRequirement / 1_000];
  return `The requirements are ${kilobytes} kB long; ${limit} kB is the limit. Split them into several workflows.`;
}
