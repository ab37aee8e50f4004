/** Who sits at the command line, as the audit log will call him. */
import os from 'node:os';
import type { By } from '../databases/settings.ts';

export function operator(): By {
  return { kind: 'person', name: accountName() };
}

function accountName(): string {
  try {
    return os.userInfo().username;
  } catch {
    // in a container the user may have a number and no name
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}
