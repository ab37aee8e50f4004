/**
 * The few routes of the Codegen REST API that we use, with its refusals in our failure vocabulary. Source: the
 * vendor's OpenAPI document "Developer API 1.0.0". Its `status` is an untyped, nullable string.
 */
import { z } from 'zod';
import { PermanentFailure, RetryLater } from '../../engine/errors.ts';
import { type AskGrant, askGrant } from '../grant.ts';

export type CodegenOptions = {
  /** Without a path, such as `https://api.codegen.com`. */
  apiUrl: string;
  token: AskGrant;
  /** The organization there; the credential's own setting `organizationId` goes before it. */
  organizationId?: number | undefined;
};

const agentRun = z.object({
  id: z.number().int(),
  status: z.string().nullish(),
  created_at: z.string().nullish(),
  web_url: z.string().nullish(),
  result: z.string().nullish(),
  summary: z.string().nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  github_pull_requests: z
    .array(z.object({ url: z.string().nullish(), head_branch_name: z.string().nullish() }))
    .nullish(),
});
export type CodegenRun = z.infer<typeof agentRun>;

const pageOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), total: z.number().int() });
const repository = z.object({ id: z.number().int(), full_name: z.string() });

/** The documented maximum. */
const pageSize = 100;
const callTimeoutMs = 30_000;

export type CodegenApi = {
  createRun(body: {
    prompt: string;
    repo_id?: number;
    metadata: Record<string, string>;
  }): Promise<CodegenRun>;
  getRun(id: number): Promise<CodegenRun>;
  resumeRun(body: { agent_run_id: number; prompt: string }): Promise<CodegenRun>;
  banRun(id: number): Promise<void>;
  /** Newest first; pages are asked for as they are needed. */
  runs(): AsyncGenerator<CodegenRun>;
  repositories(): AsyncGenerator<{ id: number; full_name: string }>;
};

export function createCodegenApi({ apiUrl, token, organizationId }: CodegenOptions): CodegenApi {
  const base = `${apiUrl.replace(/\/+$/, '')}/v1/organizations`;

  async function call<T extends z.ZodType>(
    schema: T,
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
  ): Promise<z.infer<T>> {
    const grant = await askGrant(token);
    const organization = Number(grant.settings?.organizationId ?? organizationId ?? 0);
    const authorization = `Bearer ${grant.secret}`;
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${base}/${organization}${path}`, {
        method,
        headers: { authorization, accept: 'application/json', 'content-type': 'application/json' },
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(callTimeoutMs),
      });
      text = await response.text();
    } catch (error) {
      const slow = error instanceof Error && error.name === 'TimeoutError';
      throw new Error(slow ? 'Codegen did not answer within 30 seconds.' : 'Codegen could not be reached.');
    }
    const json = parseJson(text);
    if (response.status === 401 && grant.refused) throw await grant.refused('HTTP 401');
    if (!response.ok) throw refusal(response, json, path, organization);
    const parsed = schema.safeParse(json);
    if (parsed.success) return parsed.data;
    const where = parsed.error.issues.map((issue) => issue.path.join('.') || 'the whole').join(', ');
    throw new Error(`Codegen answered ${method} ${path.split('?')[0]} in an unknown form (${where}).`);
  }

  async function* pages<T extends z.ZodType>(item: T, path: string): AsyncGenerator<z.infer<T>> {
    const schema = pageOf(item);
    const joint = path.includes('?') ? '&' : '?';
    for (let skip = 0; ; skip += pageSize) {
      const page = await call(schema, 'GET', `${path}${joint}skip=${skip}&limit=${pageSize}`);
      yield* page.items;
      if (page.items.length === 0 || skip + page.items.length >= page.total) return;
    }
  }

  return {
    createRun: (body) => call(agentRun, 'POST', '/agent/run', body),
    getRun: (id) => call(agentRun, 'GET', `/agent/run/${id}`),
    resumeRun: (body) => call(agentRun, 'POST', '/agent/run/resume', body),
    banRun: async (id) => {
      await call(z.unknown(), 'POST', '/agent/run/ban', { agent_run_id: id });
    },
    runs: () => pages(agentRun, '/agent/runs?source_type=API'),
    repositories: () => pages(repository, '/repos'),
  };
}

function refusal(response: Response, body: unknown, path: string, organizationId: number): Error {
  switch (response.status) {
    case 401:
    case 403:
      return new PermanentFailure('Codegen refused the token. Check CODEGEN_TOKEN and its rights.');
    case 402:
      return new PermanentFailure('Codegen started no run: the run limit of the organization is reached.');
    case 404: {
      const run = /^\/agent\/run\/(\d+)$/.exec(path)?.[1];
      const what = run
        ? `the run ${run} in organization ${organizationId}`
        : `organization ${organizationId}`;
      return new PermanentFailure(`Codegen does not know ${what}. Check CODEGEN_ORG_ID.`);
    }
    case 422:
      return new PermanentFailure(`Codegen did not accept the request: ${validationMessage(body)}`);
    case 429:
      return new RetryLater(retryAfterMs(response.headers.get('retry-after')), 'Codegen rate limit');
    default:
      return response.status >= 500
        ? new Error(`Codegen failed with status ${response.status}.`)
        : new PermanentFailure(
            `Codegen refused the request with status ${response.status}: ${validationMessage(body)}`,
          );
  }
}

const errorBody = z.union([
  z.object({
    detail: z.array(z.object({ loc: z.array(z.union([z.string(), z.number()])), msg: z.string() })),
  }),
  z.object({ detail: z.string() }),
  z.object({ message: z.string() }),
]);

function validationMessage(body: unknown): string {
  const parsed = errorBody.safeParse(body);
  if (!parsed.success) return 'it gave no reason.';
  if ('message' in parsed.data) return parsed.data.message;
  if (typeof parsed.data.detail === 'string') return parsed.data.detail;
  return parsed.data.detail.map(({ loc, msg }) => `${loc.join('.')}: ${msg}`).join('; ');
}

/** Seconds or an HTTP date; a minute where the header is absent or unreadable. */
function retryAfterMs(header: string | null): number {
  if (header === null || header.trim() === '') return 60_000;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(ms, 1000) : 60_000;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
