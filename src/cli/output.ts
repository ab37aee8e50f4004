/** Where words go: what programs may read to stdout, what is said to people to stderr. */

/** A line of data. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** A line for whoever watches. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** How this program is called: by npm in a checkout, by its name once installed. */
export const commandName = import.meta.url.endsWith('.ts') ? 'npm run --silent gsw --' : 'gsw';
