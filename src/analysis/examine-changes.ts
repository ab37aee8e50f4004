/** What can be said of a change without understanding its code. */
import type { Finding } from '../../entities/workflows/workflow-validation.ts';
import type { ChangedFile } from '../integrations/github/port.ts';

/** More changed lines than this are hard to review. */
const largeChange = 1_500;

/** Formats of secrets that carry their own sign. */
const secretPatterns = [
  /gh[pousr]_[A-Za-z0-9]{36,}/,
  /github_pat_[A-Za-z0-9_]{50,}/,
  /lin_api_[A-Za-z0-9]{32,}/,
  /xox[abprs]-[A-Za-z0-9-]{20,}/,
  /AKIA[0-9A-Z]{16}/,
  /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/,
];

/** @param expectedFiles paths that the plan names; empty where it names none */
export function examineChanges(changes: readonly ChangedFile[], expectedFiles: readonly string[]): Finding[] {
  const findings: Finding[] = [];
  if (changes.length === 0) {
    findings.push({ severity: 'error', message: 'The pull request changes nothing.' });
  }
  const paths = new Set(changes.map((change) => change.path));
  for (const file of expectedFiles.filter((expected) => !paths.has(expected))) {
    findings.push({ severity: 'warning', message: `The plan names ${file}, which is not changed.`, file });
  }
  const lines = changes.reduce((sum, change) => sum + change.additions + change.deletions, 0);
  if (lines > largeChange) {
    findings.push({ severity: 'warning', message: `${lines} changed lines are hard to review.` });
  }
  for (const change of changes) findings.push(...examineFile(change));
  return findings;
}

function examineFile({ path: file, patch }: ChangedFile): Finding[] {
  const findings: Finding[] = [];
  for (const { text, line } of addedLines(patch ?? '')) {
    if (/^(?:<{7}|>{7})(?: |$)/.test(text)) {
      findings.push({ severity: 'error', message: 'A conflict marker was left in.', file, line });
    }
    if (secretPatterns.some((pattern) => pattern.test(text))) {
      findings.push({ severity: 'error', message: 'This line looks like it holds a secret.', file, line });
    }
  }
  return findings;
}

/** The added lines of a unified diff with their numbers in the new file. */
function addedLines(patch: string): { text: string; line: number }[] {
  const added: { text: string; line: number }[] = [];
  let next = 0;
  for (const row of patch.split('\n')) {
    const hunk = /^@@ -\d+(?:,\d+)? \+(\d+)/.exec(row);
    if (hunk) next = Number(hunk[1]);
    else if (row.startsWith('+')) added.push({ text: row.slice(1), line: next++ });
    else if (!row.startsWith('-') && !row.startsWith('\\')) next += 1;
  }
  return added;
}
