import { Argument, Command } from 'commander';
import type { Template, TemplateDetail } from '../../client/index.ts';
import type { ApiClient } from '../api-client.ts';
import { CliFailure } from '../failure.ts';
import { type ApiOptions, findApi, withApi } from '../find-api.ts';
import { commandName, print, printJson, say } from '../output.ts';
import { readRequirements } from '../read-text.ts';

type Common = ApiOptions & { json?: boolean };

export function templatesCommand(): Command {
  const all = new Command('templates').description(
    'prompts and texts, in versions, and which of them is used',
  );
  const command = (name: string, description: string) =>
    withApi(all.command(name)).description(description).option('--json', 'for programs');
  const which = () => new Argument('<template>', 'such as task-execution');

  command('list', 'what there is').action(async (options: Common) => {
    const { items } = await (await findApi(options)).templates.list();
    if (options.json) return printJson(items);
    for (const template of items) print(lineOf(template));
  });
  command('show', 'a text: what is in production, or another version')
    .addArgument(which())
    .option('--version <n>', 'its number', Number)
    .action(async (slug: string, options: Common & { version?: number }) => {
      const api = await findApi(options);
      const template = await find(api, slug);
      const wanted = options.version ?? inProduction(template);
      const version = template.versions.find(({ version }) => version === wanted);
      if (!version)
        throw new CliFailure(`${slug} has no version ${wanted}; its latest is ${template.latestVersion}.`);
      const read = await api.templates.version(template.id, version.id);
      if (options.json) return printJson({ ...template, version: read });
      say(`${lineOf(template)}\nIt may name: ${Object.keys(template.variables).join(', ')}`);
      print(read.content);
    });
  command('add', 'write another version; it is used once `templates use` says so')
    .addArgument(which())
    .requiredOption('-f, --file <file>', 'the text; "-" reads it from stdin')
    .option('--note <text>', 'what is different')
    .action(async (slug: string, options: Common & { file: string; note?: string }) => {
      const content = await readRequirements(options.file);
      const api = await findApi(options);
      const { id } = await find(api, slug);
      const made = await api.templates.addVersion(id, { content, changeNote: options.note ?? null });
      if (options.json) return printJson(made);
      say(
        `✓ ${slug} has version ${made.version}. Use it: ${commandName} templates use ${slug} ${made.version}`,
      );
    });
  command('use', 'have a label name a version')
    .addArgument(which())
    .argument('<version>', 'its number', Number)
    .option('--label <label>', 'which label', 'production')
    .action(async (slug: string, version: number, options: Common & { label: string }) => {
      const api = await findApi(options);
      const { id } = await find(api, slug);
      const moved = await api.templates.moveLabel(id, { label: options.label, version });
      if (options.json) return printJson(moved);
      say(`✓ ${lineOf(moved)}`);
    });
  return all;
}

async function find(api: ApiClient, slug: string): Promise<TemplateDetail> {
  const { items } = await api.templates.list();
  const found = items.find((template) => template.slug === slug);
  if (found) return api.templates.get(found.id);
  throw new CliFailure(`There is no template "${slug}"; see what there is: ${commandName} templates list`);
}

const inProduction = ({ labels }: Template) => labels.find(({ label }) => label === 'production')?.version;

const lineOf = ({ slug, name, labels, latestVersion }: Template): string =>
  [
    slug,
    `"${name}"`,
    `latest ${latestVersion}`,
    ...labels.map(({ label, version }) => `${label} ${version}`),
  ].join('  ');
