import { Argument, Command, Option } from 'commander';
import { roles } from '../../../entities/projects/roles.ts';
import type { Member } from '../../client/index.ts';
import type { ApiClient } from '../api-client.ts';
import { findApi } from '../find-api.ts';
import { apiCommand, named, type Options } from '../listing.ts';
import { commandName, print, printJson, say } from '../output.ts';

type AddOptions = Options & { name: string; role: Member['role']; github?: string };

export function membersCommand(): Command {
  const all = new Command('members').description('the people of the organisation, and what they may do');
  const command = (name: string, description: string) => apiCommand(all, name, description);
  const who = () => new Argument('<member>', 'the address or the id');

  command('list', 'who belongs to it').action(async (options: Options) => {
    const { items } = await (await findApi(options)).members.list();
    if (options.json) return printJson(items);
    if (items.length === 0)
      say(`Nobody yet. Take somebody in: ${commandName} members add ADDRESS --name NAME`);
    for (const member of items) print(lineOf(member));
  });
  command('add', 'take somebody in')
    .argument('<address>', 'of e-mail')
    .requiredOption('--name <name>', 'what people call him')
    .addOption(new Option('--role <role>', 'what he may do').choices(roles).default('operator'))
    .option('--github <login>', 'his login at GitHub')
    .action(async (email: string, { name, role, github, ...options }: AddOptions) => {
      const request = { name, email, role, githubLogin: github ?? null };
      tell(await (await findApi(options)).members.add(request), options);
    });
  command('role', 'give somebody another role')
    .addArgument(who())
    .addArgument(new Argument('<role>').choices(roles))
    .action(async (which: string, role: Member['role'], options: Options) => {
      const api = await findApi(options);
      const { id, version } = await find(api, which);
      tell(await api.members.changeRole(id, role, { version }), options);
    });
  command('remove', 'let somebody go; what he did stays in his name')
    .addArgument(who())
    .action(async (which: string, options: Options) => {
      const api = await findApi(options);
      const member = await find(api, which);
      await api.members.remove(member.id, { version: member.version });
      if (options.json) return printJson(member);
      say(`✓ ${member.name} is no member any more.`);
    });
  return all;
}

async function find(api: ApiClient, which: string): Promise<Member> {
  const { items } = await api.members.list();
  return named(items, which, { what: 'member', nameOf: ({ email }) => email, list: 'members list' });
}

function tell(member: Member, { json }: Options): void {
  if (json) printJson(member);
  else say(`✓ ${lineOf(member)}`);
}

const lineOf = ({ id, name, email, role, githubLogin }: Member): string =>
  [id, name, email, role, githubLogin ? `github ${githubLogin}` : ''].filter(Boolean).join('  ');
