/** A last net for secrets in texts that others wrote, such as error messages. It catches only the forms it knows. */

const known: readonly [RegExp, string][] = [
  // our own keys, GitHub's, Linear's, and what most model providers use
  [
    /\b(gsw_|gh[pousr]_|github_pat_|glpat-|npm_|lin_(?:api|oauth|wh)_|ntn_|whsec_|sk-|xox[abeprs]-|xapp-)[\w-]{16,}/g,
    '$1[redacted]',
  ],
  [/\b(bearer|basic|token)\s+[\w.~+/=-]{16,}/gi, '$1 [redacted]'],
  [/\b([a-z][a-z\d+.-]*:\/\/[^\s:/@]*):[^\s@/]+@/gi, '$1:[redacted]@'],
  // what is called a secret and holds a digit; words do not
  [
    /((?:secret|passw(?:or)?d|passphrase|token|api[_-]?key|private[_-]?key|signature)["']?\s*[=:]\s*["']?)(?=[^\s"',;&]*\d)[^\s"',;&]{8,}/gi,
    '$1[redacted]',
  ],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, '[redacted]'],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+/g, '[redacted]'],
];

/** Secrets that this process has had in its hands, whatever they look like; those used last. */
const noted = new Set<string>();
const most = 500;
/** What is shorter could be part of any word. */
const shortest = 8;

/** Keeps a secret out of every text that passes {@link redact} in this process. Whoever hands one out says so here. */
export function noteSecret(secret: string): void {
  // in a line of JSON it is written with escapes
  for (const form of new Set([secret, JSON.stringify(secret).slice(1, -1)])) {
    if (form.length < shortest) continue;
    noted.delete(form);
    noted.add(form);
  }
  for (const oldest of noted) {
    if (noted.size <= most) break;
    noted.delete(oldest);
  }
}

/** The same text without what looks like a key, a token or a password in a URL, and without any secret that was noted. */
export function redact(text: string): string {
  let redacted = text;
  for (const secret of noted) {
    if (redacted.includes(secret)) redacted = redacted.replaceAll(secret, '[redacted]');
  }
  return known.reduce((left, [pattern, instead]) => left.replace(pattern, instead), redacted);
}

/** The same for every text inside a JSON value. */
export const redactAll = (value: unknown): unknown => mapTexts(value, redact);

/** The same JSON value with every text in it changed. */
export function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, change));
  if (value === null || typeof value !== 'object') return value;
  if ('toJSON' in value && typeof value.toJSON === 'function') return mapTexts(value.toJSON(), change);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapTexts(inner, change)]));
}
