import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AnalysisRun } from '../../entities/codebase/analysis-run.ts';
import { CodeComplexityAnalysis } from '../../entities/codebase/code-complexity-analysis.ts';
import { CodeElement } from '../../entities/codebase/code-element.ts';
import { CodeFile } from '../../entities/codebase/code-file.ts';
import { Codebase } from '../../entities/codebase/codebase.ts';
import { CodebaseOverview } from '../../entities/codebase/codebase-overview.ts';
import { DependencyAnalysis } from '../../entities/codebase/dependency-analysis.ts';
import { ExternalDependency } from '../../entities/codebase/external-dependency.ts';
import { FileMetrics } from '../../entities/codebase/file-metrics.ts';
import { Relationship } from '../../entities/codebase/relationship.ts';
import { recordAnalysis } from '../../src/analysis/record-analysis.ts';
import { connectDatabases, type Databases } from '../../src/databases/connect.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';

let fresh: FreshDatabases;
let databases: Databases;
const ours = randomUUID();

beforeAll(async () => {
  fresh = await freshDatabases();
  databases = connectDatabases(fresh.config);
});
afterAll(async () => {
  await databases?.close();
  await fresh?.drop();
});

const codebase = <T>(work: (em: EntityManager) => Promise<T>) =>
  databases.inOrganization(ours).codebase(work);
const row = () => ({ id: randomUUID(), organizationId: ours });

const sha = () => randomUUID().replaceAll('-', '').padEnd(40, '0');
const file = (codebaseId: string, path: string, blobSha: string) => ({
  ...row(),
  codebaseId,
  path,
  blobSha,
  sizeBytes: 10,
  language: 'TypeScript',
});
const metrics = (blobSha: string, values: object = {}) => ({
  ...row(),
  blobSha,
  language: 'TypeScript',
  analyzerVersion: '1',
  lineCount: 5,
  complexityScore: 20,
  ...values,
});
const element = (fileMetricsId: string, name: string, values: object = {}) => ({
  ...row(),
  fileMetricsId,
  elementType: 'function' as const,
  name,
  qualifiedName: name,
  startLine: 1,
  endLine: 3,
  cyclomaticComplexity: 4,
  ...values,
});

const addCodebase = async () => {
  const created = { ...row(), repositoryId: randomUUID(), branch: 'main' };
  await codebase((em) => em.insert(Codebase, created));
  return created.id;
};

describe('a content', () => {
  it('is known once per organisation and language, also without a language', async () => {
    const blobSha = sha();
    await codebase((em) => em.insert(FileMetrics, metrics(blobSha)));
    await codebase((em) => em.insert(FileMetrics, metrics(blobSha, { language: 'JavaScript' })));
    await codebase((em) => em.insert(FileMetrics, metrics(blobSha, { language: null })));
    for (const language of ['TypeScript', null]) {
      const again = codebase((em) => em.insert(FileMetrics, metrics(blobSha, { language })));
      await expect(again, String(language)).rejects.toThrow(/file_metrics_content_unique/);
    }
  });

  it('takes its symbols along to every branch and path it is at, and to no other', async () => {
    const [first, second] = [await addCodebase(), await addCodebase()];
    const content = metrics(sha());
    await codebase(async (em) => {
      em.create(FileMetrics, content);
      em.create(CodeElement, element(content.id, 'add'));
      em.create(CodeFile, file(first, 'a.ts', content.blobSha));
      em.create(CodeFile, file(second, 'b.ts', content.blobSha));
      em.create(CodeFile, { ...file(second, 'c.js', content.blobSha), language: 'JavaScript' });
    });
    const overview = await codebase((em) =>
      em.find(CodebaseOverview, { id: [first, second] }, { orderBy: { files: 'asc' } }),
    );
    expect(overview).toMatchObject([
      { files: 1, elements: 1, lines: 5 },
      { files: 2, elements: 1, lines: 5 },
    ]);
  });
});

describe('a symbol', () => {
  it('is found by a part of its name, across organisations through an index', async () => {
    const content = metrics(sha());
    await codebase(async (em) => {
      em.create(FileMetrics, content);
      em.create(CodeElement, element(content.id, 'parseBasketTotal'));
    });
    const found = await codebase((em) => em.find(CodeElement, { name: { $ilike: '%basket%' } }));
    expect(found.map(({ name }) => name)).toEqual(['parseBasketTotal']);
    // under an organisation's policy the index is of no use: see entities/codebase/code-element.ts
    const plan = await databases.maintenance.codebase(async (em) => {
      await em.execute('set local enable_seqscan = off');
      return JSON.stringify(
        await em.execute(`explain select * from code_elements where name ilike '%basket%'`),
      );
    });
    expect(plan).toContain('code_elements_name_search');
  });

  it('spans from its start to its end, on one line or several', async () => {
    const content = metrics(sha());
    await codebase((em) => em.insert(FileMetrics, content));
    const add = (span: object) =>
      codebase((em) => em.insert(CodeElement, element(content.id, randomUUID(), span)));
    await add({ startLine: 2, startColumn: 8, endLine: 3, endColumn: 1 });
    await expect(add({ startLine: 2, startColumn: 8, endLine: 2, endColumn: 1 })).rejects.toThrow(/_span/);
    await expect(add({ startLine: 2, endLine: 1 })).rejects.toThrow(/_span/);
    await expect(add({ startLine: 0 })).rejects.toThrow(/start_line_check/);
  });

  it('goes with what it is within, and with its content', async () => {
    const content = metrics(sha());
    const basket = element(content.id, 'Basket', { elementType: 'class' });
    await codebase(async (em) => {
      em.create(FileMetrics, content);
      em.create(CodeElement, basket);
    });
    const method = element(content.id, 'add', { elementType: 'method', qualifiedName: 'Basket.add' });
    await codebase((em) => em.insert(CodeElement, { ...method, parentElementId: basket.id }));
    await codebase((em) => em.nativeDelete(CodeElement, { id: basket.id }));
    expect(await codebase((em) => em.count(CodeElement, { fileMetricsId: content.id }))).toBe(0);
    await codebase((em) => em.insert(CodeElement, method));
    await codebase((em) => em.nativeDelete(FileMetrics, { id: content.id }));
    expect(await codebase((em) => em.count(CodeElement, { id: method.id }))).toBe(0);
  });
});

it('a relationship joins two symbols, once per kind, in one codebase', async () => {
  const [here, there] = [await addCodebase(), await addCodebase()];
  const content = metrics(sha());
  const [one, other] = [element(content.id, 'one'), element(content.id, 'other')];
  await codebase(async (em) => {
    em.create(FileMetrics, content);
    em.create(CodeElement, one);
    em.create(CodeElement, other);
  });
  const join = (values: object = {}) =>
    codebase((em) =>
      em.insert(Relationship, {
        ...row(),
        codebaseId: here,
        sourceElementId: one.id,
        targetElementId: other.id,
        edgeType: 'calls',
        ...values,
      }),
    );
  await join();
  await join({ edgeType: 'references' });
  await join({ codebaseId: there });
  await expect(join()).rejects.toThrow(/unique/);
  await expect(join({ targetElementId: one.id })).rejects.toThrow(/not_to_itself/);
  await expect(join({ edgeType: 'uses', confidence: 101 })).rejects.toThrow(/confidence_check/);
});

it('a dependency without a version is there once', async () => {
  const codebaseId = await addCodebase();
  const add = (values: object) =>
    codebase((em) =>
      em.insert(ExternalDependency, { ...row(), codebaseId, packageManager: 'npm', name: 'zod', ...values }),
    );
  await add({ version: null });
  await add({ version: '4.0.0' });
  await add({ version: null, packageManager: 'pip' });
  for (const version of [null, '4.0.0']) {
    await expect(add({ version })).rejects.toThrow(/external_dependencies_unique/);
  }
});

it('the views count right with two of everything', async () => {
  const codebases = [await addCodebase(), await addCodebase()];
  for (const codebaseId of codebases) {
    await codebase(async (em) => {
      const elements: string[] = [];
      for (const path of ['a.ts', 'b.ts']) {
        const content = metrics(sha(), { complexityScore: path === 'a.ts' ? 20 : 40 });
        em.create(FileMetrics, content);
        em.create(CodeFile, file(codebaseId, path, content.blobSha));
        for (const cyclomaticComplexity of [1, 11]) {
          const created = element(content.id, `f${cyclomaticComplexity}`, { cyclomaticComplexity });
          em.create(CodeElement, created);
          elements.push(created.id);
        }
        em.create(
          CodeElement,
          element(content.id, 'Basket', { elementType: 'class', cyclomaticComplexity: null }),
        );
        em.create(ExternalDependency, {
          ...row(),
          codebaseId,
          packageManager: 'npm',
          name: path,
          kind: path === 'a.ts' ? 'production' : 'development',
          vulnerabilityCount: path === 'a.ts' ? 3 : 0,
          securityScore: path === 'a.ts' ? 50 : 100,
        });
        em.create(AnalysisRun, {
          ...row(),
          codebaseId,
          commitSha: path,
          status: 'completed',
          completedAt: new Date(path === 'a.ts' ? '2026-01-01' : '2026-01-02'),
        });
      }
      await em.flush();
      for (const targetElementId of elements.slice(1, 3)) {
        em.create(Relationship, {
          ...row(),
          codebaseId,
          sourceElementId: elements[0] ?? '',
          targetElementId,
          edgeType: 'calls',
        });
      }
    });
  }
  for (const id of codebases) {
    expect(await codebase((em) => em.findOneOrFail(CodebaseOverview, { id }))).toMatchObject({
      files: 2,
      totalBytes: 20,
      lines: 10,
      elements: 6,
      meanComplexity: 30,
      relationships: 2,
      dependencies: 2,
      lastCommitSha: 'b.ts',
    });
    const complexity = await codebase((em) =>
      em.find(CodeComplexityAnalysis, { codebaseId: id }, { orderBy: { elements: 'asc' } }),
    );
    expect(complexity).toMatchObject([
      { elementType: 'class', elements: 2, maxComplexity: null, complexElements: 0 },
      { elementType: 'function', elements: 4, meanComplexity: 6, maxComplexity: 11, complexElements: 2 },
    ]);
    expect(await codebase((em) => em.findOneOrFail(DependencyAnalysis, { codebaseId: id }))).toMatchObject({
      dependencies: 2,
      productionDependencies: 1,
      vulnerableDependencies: 1,
      vulnerabilities: 3,
      meanSecurityScore: 75,
    });
  }
});

describe('an analysis', () => {
  it('recorded twice for the same workflow is there once', async () => {
    const subject = {
      organizationId: ours,
      workflowId: randomUUID(),
      repositoryId: randomUUID(),
      branch: 'main',
    };
    const found = {
      commitSha: sha(),
      languages: { TypeScript: 10 },
      packageManager: 'npm',
      buildCommand: null,
      testCommand: 'npm test',
      totalBytes: 10,
      files: [{ path: 'a.ts', blobSha: sha(), sizeBytes: 10, language: 'TypeScript' }],
    };
    const db = databases.inOrganization(ours);
    const id = await recordAnalysis(db, subject, found);
    expect(await recordAnalysis(db, subject, found)).toBe(id);
    expect(await codebase((em) => em.find(AnalysisRun, { workflowId: subject.workflowId }))).toMatchObject([
      { id, status: 'completed', fileCount: 1, completedAt: expect.any(Date) },
    ]);
  });

  it('follows its states', async () => {
    const run = { ...row(), codebaseId: await addCodebase(), commitSha: sha() };
    await codebase((em) => em.insert(AnalysisRun, run));
    const move = (values: object) => codebase((em) => em.nativeUpdate(AnalysisRun, { id: run.id }, values));
    await expect(move({ status: 'completed', completedAt: new Date() })).rejects.toThrow(
      /does not follow pending/,
    );
    await move({ status: 'running', startedAt: new Date('2026-01-01T00:00:00Z') });
    await expect(move({ status: 'completed' })).rejects.toThrow(/over_has_end/);
    await move({ status: 'partial', completedAt: new Date('2026-01-01T00:00:02.5Z') });
    await expect(move({ status: 'running', completedAt: null })).rejects.toThrow(/does not follow partial/);
    const over = await codebase((em) => em.findOneOrFail(AnalysisRun, { id: run.id }));
    expect(over.durationMs).toBe(2_500);
  });
});
