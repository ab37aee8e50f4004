import { Command, InvalidArgumentError, Option } from 'commander';
import { roles } from '../../../entities/projects/roles.ts';
import type { ApiKey, ApiKeyRequest, NewApiKey } from '../../client/index.ts';
import { readConfig } from '../../config.ts';
import { demoEnvironment } from '../demo/environment.ts';
import { findDemo } from '../demo/place.ts';
import { findApi, keyIn, urlOf } from '../find-api.ts';
import { apiCommand, expires, type Options } from '../listing.ts';
import { print, printJson, say } from '../output.ts';

type KeyOptions = { demo?: boolean; exports?: boolean };
type CreateOptions = Options & { role: ApiKey['role']; scope?: Scopes; expires?: string };
type Scopes = NonNullable<ApiKeyRequest['scopes']>;

/** The one place that shows the installation's own key; administers those of the organisation, too. */
export function keyCommand(): Command {
  const all = new Command('key')
    .description("print this installation's API key, to log in at /queues with; or administer keys")
    .option('--demo', "the demo's key")
    .option(
      '--exports',
      'as lines for a shell: the key, and where programs of yours find the API and the queue',
    )
    .action(async ({ demo: isDemo, exports: asExports }: KeyOptions) => {
      const config = readConfig();
      const demo = isDemo ? await findDemo(config.dataDir) : undefined;
      const key = await keyIn(demo?.directory ?? config.dataDir);
      if (!asExports) return print(key);
      const { queue } = demo ? readConfig(demoEnvironment(process.env, demo.directory, {})) : config;
      const variables = {
        GSW_URL: demo?.apiUrl ?? urlOf(config),
        GSW_API_KEY: key,
        REDIS_URL: queue.redisUrl,
        QUEUE_PREFIX: queue.redisUrl && queue.prefix,
      };
      for (const [name, value] of Object.entries(variables)) {
        if (value !== undefined) print(`export ${name}='${value.replaceAll("'", "'\\''")}'`);
      }
    });
  const command = (name: string, description: string) => apiCommand(all, name, description);

  command('list', 'who may act for the organisation, without the keys themselves').action(
    async (options: Options) => {
      const { items } = await (await findApi(options)).apiKeys.list();
      if (options.json) return printJson(items);
      for (const key of items) print(lineOf(key));
    },
  );
  command('create', 'make a key; it is printed this once')
    .argument('<name>', 'what it is called; stands in the audit log')
    .addOption(new Option('--role <role>', 'what may be done with it').choices(roles).default('operator'))
    .option('--scope <scopes...>', 'no more than this, such as workflows:write; else all that the role may')
    .addOption(expires())
    .action(async (name: string, options: CreateOptions) => {
      const { role, scope = null, expires: expiresAt = null } = options;
      const request = { name, role, scopes: scope, expiresAt };
      tell(await (await findApi(options)).apiKeys.create(request), options);
    });
  command('rotate', 'put another key in the place of one; it is printed this once')
    .argument('<id>', 'the key, as `key list` shows it')
    .option(
      '--overlap <minutes>',
      'how long the earlier one goes on working; ten at least if it is the one in use',
      asMinutes,
      0,
    )
    .addOption(expires())
    .action(async (id: string, options: Options & { overlap: number; expires?: string }) => {
      const rotation = { overlapMinutes: options.overlap, expiresAt: options.expires ?? null };
      const rotated = await (await findApi(options)).apiKeys.rotate(id, rotation);
      tell(rotated, options);
      const until = rotated.earlierUntil;
      if (!options.json && until && new Date(until) > new Date())
        say(`  The earlier key works until ${until}.`);
    });
  command('revoke', 'end a key at once')
    .argument('<id>', 'the key, as `key list` shows it')
    .action(async (id: string, options: Options) => {
      const revoked = await (await findApi(options)).apiKeys.revoke(id);
      if (options.json) return printJson(revoked);
      say(`✓ ${lineOf(revoked)}`);
    });
  return all;
}

function tell(made: NewApiKey, { json }: Options): void {
  if (json) printJson(made);
  else {
    say(`✓ ${lineOf(made)}. It is shown this once:`);
    print(made.key ?? '');
  }
}

const lineOf = ({
  id,
  name,
  role,
  scopes,
  state,
  lastFour,
  expiresAt,
  lastUsedAt,
}: Omit<ApiKey, 'key'>): string =>
  [
    id,
    `"${name}"`,
    role,
    scopes?.join(' ') ?? '',
    state,
    `…${lastFour}`,
    expiresAt ? `expires ${expiresAt.slice(0, 10)}` : '',
    lastUsedAt ? `used ${lastUsedAt.slice(0, 16).replace('T', ' ')}` : 'never used',
  ]
    .filter(Boolean)
    .join('  ');

function asMinutes(text: string): number {
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It should be a whole number of minutes.');
}
