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

const inCheckout = import.meta.url.endsWith('.ts');

/** How this program is called: by npm in a checkout, by its name once installed. */
export const commandName = inCheckout ? 'npm run --silent gsw --' : 'gsw';

export const demoName = inCheckout ? 'npm run demo --' : 'gsw demo';
