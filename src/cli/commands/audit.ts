import { Command, InvalidArgumentError } from 'commander';
import type { Anchor } from '../../audit/verify.ts';
import { findApiOfKey } from '../find-api.ts';

const onlyOf = ['--organization <slug>', 'of this organisation only, by its slug or id'] as const;
/** Of `list` and `verify`. */
const where =
  '\nWorks on the databases of this installation, and for all of its organisations; where GSW_API_KEY is set and no\n--organization, over the API and for the one that the key is of.';

type Options = { organization?: string; json?: boolean };

export function auditCommand(): Command {
  return new Command('audit')
    .description('look at the audit log: who did what, in a chain that shows tampering')
    .addCommand(
      new Command('verify')
        .description('check every link of the chain, and name what was changed, removed or slipped in')
        .option(...onlyOf)
        .option(
          '--anchor <sequence:hash>',
          'a head noted earlier, from an export: find a rewritten log too',
          anchor,
        )
        .option('--json', 'the findings as JSON')
        .addHelpText('after', where)
        .action(async (options: Options & { anchor?: Anchor }) => {
          const api = findApiOfKey(options);
          if (api) await (await import('../audit-over-api.ts')).verifyOverApi(api, options);
          else await (await import('../operate/audit.ts')).verifyAudit(options);
        }),
    )
    .addCommand(
      new Command('export')
        .description('write all entries as NDJSON to stdout, with the head of the chain at the end')
        .option(...onlyOf)
        .action(async (options) => (await import('../operate/audit.ts')).exportAudit(options)),
    )
    .addCommand(
      new Command('list')
        .description('show the latest entries')
        .option(...onlyOf)
        .option('--limit <n>', 'how many', count, 25)
        .option('--json', 'as JSON')
        .addHelpText('after', where)
        .action(async (options: Options & { limit: number }) => {
          const api = findApiOfKey(options);
          if (api) await (await import('../audit-over-api.ts')).listOverApi(api, options);
          else await (await import('../operate/audit.ts')).listAudit(options);
        }),
    );
}

function anchor(value: string): Anchor {
  const [, sequence, hash] = /^(\d{1,15}):([\da-f]{64})$/.exec(value) ?? [];
  if (!sequence || !hash)
    throw new InvalidArgumentError('Give it as SEQUENCE:HASH, as the head of an export has them.');
  return { sequence: Number(sequence), hash };
}

function count(value: string): number {
  if (!/^[1-9]\d{0,3}$/.test(value)) throw new InvalidArgumentError('Give a number from 1 to 9999.');
  return Number(value);
}
