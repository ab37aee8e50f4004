import { Command, Option } from 'commander';
import type { Project } from '../../client/index.ts';
import { findApi } from '../find-api.ts';
import { findProject } from '../find-project.ts';
import { apiCommand, firstOf, limited, type Options, tellList, wholeNumber } from '../listing.ts';
import { commandName, print, printJson, say } from '../output.ts';
import { type SettingOptions, settingsOf, withSettings } from '../project-settings.ts';
import { asRepository } from '../workflow-options.ts';

export function projectsCommand(): Command {
  const all = new Command('projects').description(
    'repositories on the dashboard, and how their workflows behave',
  );
  const one = (name: string, description: string) =>
    apiCommand(all, name, description).argument('<project>', 'its id, or OWNER/REPO');

  apiCommand(all, 'list', 'what there is, pinned ones first in their order')
    .addOption(new Option('--pinned <which>', 'only those that are, or are not').choices(['true', 'false']))
    .addOption(limited(50))
    .action(list);
  apiCommand(all, 'repositories', 'what could be pinned: repositories at GitHub')
    .option('--page <number>', 'from 1', wholeNumber, 1)
    .addOption(limited(50))
    .action(repositories);
  apiCommand(all, 'pin', 'pin a repository')
    .argument('<owner/repo>', 'the GitHub repository', asRepository)
    .action(async (name: string, options: Options) =>
      tell(await (await findApi(options)).projects.pin(name), options),
    );
  one('unpin', 'take a project from the pinned ones; its workflows go on').action(
    async (which: string, options: Options) => {
      const api = await findApi(options);
      tell(await api.projects.unpin((await findProject(api, which)).id), options);
    },
  );
  apiCommand(all, 'order', 'put pinned projects in order; those that are not named come after')
    .argument('<projects...>', 'their ids, or OWNER/REPO')
    .action(order);
  one('show', 'one, with its settings').action(async (which: string, options: Options) =>
    tell(await findProject(await findApi(options), which), options),
  );
  withSettings(one('set', 'change its settings; needs the key of an admin')).action(set);
  return all;
}

async function list(options: Options & { pinned?: 'true' | 'false'; limit: number }): Promise<void> {
  const { pinned, limit } = options;
  const api = await findApi(options);
  const query = pinned === undefined ? {} : { pinned: pinned === 'true' };
  const found = await firstOf(api.projects.list({ ...query, limit: Math.min(limit, 100) }), limit);
  tellList(found, options, rowOf, `None. Pin one: ${commandName} projects pin OWNER/REPO`);
}

async function repositories(options: Options & { page: number; limit: number }): Promise<void> {
  const { page, limit } = options;
  const found = await (await findApi(options)).projects.repositories({ page, limit });
  if (options.json) return printJson(found);
  tellList(
    found.items,
    options,
    ({ repository, defaultBranch, project, isArchived, description }) => [
      project?.pinned ? '★' : ' ',
      repository,
      defaultBranch,
      isArchived ? 'archived' : '',
      description ?? '',
    ],
    'The credential sees no repository on this page.',
  );
  if (found.nextPage !== null) say(`There are more: --page ${found.nextPage}`);
}

async function order(which: string[], options: Options): Promise<void> {
  const api = await findApi(options);
  const ids: string[] = [];
  for (const one of which) ids.push((await findProject(api, one)).id);
  const { items } = await api.projects.order(ids);
  tellList(items, options, rowOf, 'Nothing is pinned.');
}

async function set(which: string, options: Options & SettingOptions): Promise<void> {
  const settings = settingsOf(options);
  const api = await findApi(options);
  const { id, version } = await findProject(api, which);
  tell(await api.projects.change(id, settings, { version }), options);
}

function rowOf({ id, repository, pinned, progress }: Project): string[] {
  const steps = progress ? `${progress.completedSteps} of ${progress.steps} steps done` : 'archived';
  return [pinned ? '★' : ' ', id, repository, steps, progress?.latestPlan?.title ?? ''];
}

function tell(project: Project, { json = false }: { json?: boolean }): void {
  if (json) {
    printJson(project);
    return;
  }
  tellList([project], {}, rowOf, '');
  for (const [name, value] of Object.entries(project.settings)) {
    print(`  ${name.padEnd(20)} ${typeof value === 'object' ? JSON.stringify(value) : value}`);
  }
}
