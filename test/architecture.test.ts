import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { catalogue, stages } from '../jobs/workflow.ts';
import { checkCatalogue } from '../src/engine/catalogue.ts';

const root = path.resolve(import.meta.dirname, '..');
const files = globSync('{src,jobs,entities}/**/*.ts', { cwd: root });
const text = (file: string) => readFileSync(path.join(root, file), 'utf8');

/** The files that a file imports, from the root of the project; packages left out. */
function importsOf(file: string): string[] {
  const found = text(file).matchAll(/(?:from|import)\s+'(\.[^']+)'/g);
  return [...found].map(([, to]) => path.relative(root, path.resolve(root, path.dirname(file), to ?? '')));
}

const importersOf = (pattern: RegExp, from: RegExp) =>
  files
    .filter((file) => from.test(file))
    .flatMap((file) =>
      importsOf(file)
        .filter((to) => pattern.test(to))
        .map((to) => `${file} → ${to}`),
    );

describe('dependencies point one way:', () => {
  test('entities know MikroORM, what all share, and their own database only', () => {
    const foreign = files
      .filter((file) => file.startsWith('entities/'))
      .flatMap((file) =>
        importsOf(file)
          .filter((to) => path.dirname(to) !== 'entities' && path.dirname(to) !== path.dirname(file))
          .map((to) => `${file} → ${to}`),
      );
    expect(foreign).toEqual([]);
  });

  test('jobs know of the engine what defines and fails a job, not how it runs', () => {
    const allowed =
      /^src\/engine\/(define|define-projection|define-maintenance|events\/define-event-handler|intake\/define-intake|errors|refusal|derive)\.ts$/;
    const inner = importersOf(/^src\/engine\//, /^jobs\//).filter(
      (line) => !allowed.test(line.split(' → ')[1] ?? ''),
    );
    expect(inner).toEqual([]);
  });

  test('jobs know services by their ports, never by their adapters', () => {
    const adapters = importersOf(/^src\/integrations\//, /^jobs\//).filter(
      (line) => !line.endsWith('/port.ts'),
    );
    expect(adapters).toEqual([]);
  });

  test('the engine knows no job, and nobody in production knows the sandbox', () => {
    expect(
      importersOf(/^jobs\//, /^src\/(engine|databases|integrations|analysis|prompts|security)\//),
    ).toEqual([]);
    expect(importersOf(/^src\/sandbox\//, /^(jobs|src\/(?!sandbox|chaos|cli\/(commands\/)?demo))/)).toEqual(
      [],
    );
  });

  test('the environment is read in one place', () => {
    const handsOn =
      /^src\/(integrations\/git|integrations\/agent\/\w+-supervisor|databases\/embedded[\w-]*)\.ts$/;
    const excused = /^src\/(config\.ts|sandbox\/|chaos\/environment\.ts|cli\/)/;
    const readers = files.filter((file) => /process\.env\b/.test(text(file)));
    // Programs that we start inherit a few harmless variables; the sandbox is no production code.
    expect(readers.filter((file) => !excused.test(file) && !handsOn.test(file))).toEqual([]);
  });
});

describe('the catalogue', () => {
  test('lists the eight stages in their order, each name once', () => {
    expect(stages.map((stage) => stage.name)).toEqual([
      'project_selection',
      'requirements_input',
      'requirements_decomposition',
      'linear_issue_creation',
      'task_execution',
      'pr_validation',
      'dev_branch_management',
      'completion',
    ]);
    expect(() => checkCatalogue(catalogue)).not.toThrow();
    const twice = { ...catalogue, stages: [...stages, ...stages.slice(0, 1)] };
    expect(() => checkCatalogue(twice)).toThrow(/Two stages are called "project_selection"/);
  });

  test('names every definition in jobs/', () => {
    const defined = files
      .filter((file) => file.startsWith('jobs/'))
      .flatMap((file) =>
        [
          ...text(file).matchAll(
            /define(?:Stage|Step|Operation|Projection|Maintenance|EventHandler|Intake)\(\{[\s\S]*?name: '([^']+)'/g,
          ),
        ].map(([, name]) => name),
      );
    const listed = [
      catalogue.stages,
      catalogue.steps,
      catalogue.operations,
      catalogue.projections,
      catalogue.maintenance,
      catalogue.eventHandlers,
      catalogue.intake,
    ].flatMap((kind) => kind.map((one) => one.name));
    expect([...listed].sort()).toEqual(defined.sort());
  });
});

test('no source file is longer than 300 lines, and none is called by what says nothing', () => {
  const written = 'src/client/api-types.ts';
  const long = files.filter((file) => file !== written && text(file).split('\n').length > 301);
  expect(long).toEqual([]);
  expect(files.filter((file) => /(utils?|helpers?|common|manager|misc)\.ts$/.test(file))).toEqual([]);
});
