/** Which pull request an address names; null where it names none. */
export function pullRequestAt(url: string): { owner: string; name: string; number: number } | null {
  const [, owner, name, number] = /\/([^/]+)\/([^/]+)\/pull\/(\d+)(?![^/?#])/.exec(url) ?? [];
  return owner && name && number ? { owner, name, number: Number(number) } : null;
}

/** Whether the address names a pull request of that repository; GitHub does not tell names apart by their case. */
export function isPullRequestOf({ owner, name }: { owner: string; name: string }, url: string): boolean {
  const found = pullRequestAt(url);
  return found !== null && `${found.owner}/${found.name}`.toLowerCase() === `${owner}/${name}`.toLowerCase();
}
