import { Command } from 'commander';
import { usageFailure } from '../failure.ts';
import { findApi } from '../find-api.ts';
import { findProject } from '../find-project.ts';
import { apiCommand, firstOf, limited, type Options, tellList } from '../listing.ts';
import { print, printJson, say } from '../output.ts';
import { readRequirements } from '../read-text.ts';
import { type SignalOptions, sendAndTell, signalCommand } from './control.ts';

type ListOptions = Options & { workflow?: string; limit: number };

export function requirementsCommand(): Command {
  const all = new Command('requirements').description(
    'give the requirements that a workflow waits for (ID -f FILE), or look at the versions there are',
  );
  all.addCommand(
    signalCommand('give', 'give the requirements that a workflow waits for')
      .requiredOption('-f, --file <file>', 'Markdown; - reads standard input')
      .action(async (id: string, { file, ...options }: SignalOptions & { file: string }) =>
        sendAndTell(id, { type: 'requirements', text: await readRequirements(file) }, options),
      ),
    { isDefault: true },
  );
  apiCommand(all, 'list', 'the versions of a project, or of a workflow, newest first')
    .argument('[project]', 'its id, or OWNER/REPO')
    .option('--workflow <id>', 'those of a workflow instead')
    .addOption(limited(25))
    .action(list);
  apiCommand(all, 'show', 'the text of a version')
    .argument('<id>', 'the version')
    .action(async (id: string, options: Options) => {
      const version = await (await findApi(options)).requirements.get(id);
      if (options.json) return printJson(version);
      print(version.content.trimEnd());
    });
  apiCommand(all, 'diff', 'what is different in a version')
    .argument('<id>', 'the version')
    .option('--from <id>', 'the version to compare with (the one before)')
    .action(async (id: string, options: Options & { from?: string }) => {
      const diff = await (await findApi(options)).requirements.diff(id, options.from);
      if (options.json) return printJson(diff);
      if (diff.hunks.length > 0) print(diff.patch.trimEnd());
      else say('They are the same.');
    });
  return all;
}

async function list(project: string | undefined, options: ListOptions): Promise<void> {
  const { workflow, limit } = options;
  if ((project === undefined) === (workflow === undefined)) {
    throw usageFailure('Say whose: a project, or --workflow ID.');
  }
  const api = await findApi(options);
  const found =
    project === undefined
      ? (await api.requirements.ofWorkflow(workflow as string)).items.slice(0, limit)
      : await firstOf(api.requirements.list((await findProject(api, project)).id), limit);
  tellList(
    found,
    options,
    ({ id, version, status, author, createdAt, changeNote }) => [
      `version ${version}`,
      id,
      status,
      createdAt.slice(0, 16).replace('T', ' '),
      author,
      changeNote ?? '',
    ],
    'None yet.',
  );
}
