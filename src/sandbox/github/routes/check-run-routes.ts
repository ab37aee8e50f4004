import { created, notFound, ok, paged, param, query, Refusal, text } from '../answers.ts';
import { latestRuns, suiteFor } from '../check-runs.ts';
import { checkRunJson } from '../json/check-run-json.ts';
import type { CheckRunRecord } from '../records.ts';
import { now } from '../repository.ts';
import type { Call, Routes } from './call.ts';

/** Check runs. GitHub lets Apps alone write them; here every token may. */
export const checkRunRoutes: Routes = {
  'POST /check-runs': async ({ request, origin, repository, login }) => {
    const { record } = repository;
    const name = text(request, 'name');
    const sha = await repository.git.resolve(text(request, 'head_sha') ?? '');
    if (!name || !sha) throw new Refusal(422, 'Invalid request. "name" and a known "head_sha" are needed.');
    const run: CheckRunRecord = {
      id: repository.nextId(),
      sha,
      suite: suiteFor(repository, sha, login),
      creator: login,
      name,
      status: 'queued',
      conclusion: null,
      externalId: null,
      detailsUrl: null,
      title: null,
      summary: null,
      text: null,
      startedAt: now(),
      completedAt: null,
    };
    change(run, request);
    record.checkRuns.push(run);
    repository.save();
    return created(checkRunJson(origin, record, run));
  },

  'PATCH /check-runs/:id': ({ request, origin, repository }) => {
    const { record } = repository;
    const run = record.checkRuns.find(({ id }) => id === Number(param(request, 'id')));
    if (!run) throw notFound();
    change(run, request);
    repository.save();
    return ok(checkRunJson(origin, record, run));
  },

  'GET /commits/*ref/check-runs': async ({ request, origin, repository }) => {
    const { record } = repository;
    const ref = param(request, 'ref');
    const sha = await repository.git.resolve(ref);
    if (!sha) throw new Refusal(422, `No commit found for SHA: ${ref}`);
    const name = query(request, 'check_name');
    const isAll = query(request, 'filter') === 'all';
    const all = isAll ? record.checkRuns.filter((run) => run.sha === sha) : latestRuns(record, sha);
    const runs = all.filter((run) => !name || run.name === name);
    const { items, headers } = paged(request, runs);
    const body = {
      total_count: runs.length,
      check_runs: items.map((run) => checkRunJson(origin, record, run)),
    };
    return { status: 200, body, headers };
  },
};

function change(run: CheckRunRecord, request: Call['request']): void {
  const output = request.body.output ?? {};
  run.conclusion = text(request, 'conclusion') ?? run.conclusion;
  run.status = run.conclusion ? 'completed' : (text(request, 'status') ?? run.status);
  run.completedAt = run.conclusion ? (text(request, 'completed_at') ?? now()) : null;
  run.externalId = text(request, 'external_id') ?? run.externalId;
  run.detailsUrl = text(request, 'details_url') ?? run.detailsUrl;
  run.title = output.title ?? run.title;
  run.summary = output.summary ?? run.summary;
  run.text = output.text ?? run.text;
}
