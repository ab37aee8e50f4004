/** The settings of a demo: those of its sandboxes, and nothing of the real ones. */
import { createHash } from 'node:crypto';

/** Variables of ours; `REDIS_URL`, `LOG_LEVEL` and `HOST` are left to whoever starts the demo. */
const ours =
  /^(POSTGRES|GITHUB|LINEAR|CODEGEN|AGENT|QUEUE|GSW|CHECKS|POLL)_|_DATABASE_URL$|^(AGENT|DATA_DIR|PORT|PUBLIC_URL)$/;

/** Short waits: the sandboxes answer at once. */
const quick = { POLL_INTERVAL_MS: '300', CHECKS_GRACE_MS: '2000' };

export function demoEnvironment(
  env: NodeJS.ProcessEnv,
  directory: string,
  given: Record<string, string>,
): NodeJS.ProcessEnv {
  const others = Object.entries(env).filter(([name]) => !ours.test(name));
  const folder = createHash('sha256').update(directory).digest('hex').slice(0, 8);
  return {
    ...Object.fromEntries(others),
    ...quick,
    DATA_DIR: directory,
    // on a Redis that has other queues, too
    QUEUE_PREFIX: `gsw-demo-${folder}`,
    ...given,
  };
}
