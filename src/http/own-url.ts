import type { Config } from '../config.ts';

/** Where the API is reached, without a slash at its end: by others if `PUBLIC_URL` says so, otherwise on this machine. */
export function ownUrl({ host: bound, port, publicUrl }: Config['http']): string {
  if (publicUrl !== undefined) return publicUrl.replace(/\/$/, '');
  const host = bound === '0.0.0.0' ? '127.0.0.1' : bound === '::' ? '::1' : bound;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
