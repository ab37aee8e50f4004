/** The settings of the laboratory's processes: nothing of whatever installation it is started in. */
const waits = { POLL_INTERVAL_MS: '300', CHECKS_GRACE_MS: '2000', LOG_LEVEL: 'warn' };

/** What a program needs to run at all. */
const passedOn = ['PATH', 'HOME', 'TMPDIR', 'LANG'];

export function chaosEnvironment(given: Record<string, string>): Record<string, string> {
  const inherited = passedOn.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return { ...Object.fromEntries(inherited), ...waits, ...given };
}
