/** The first page: what this is, where to go, and, once logged in, the latest workflows. */
import { Router } from 'express';
import type { Databases } from '../databases/connect.ts';
import type { Engine } from '../engine/engine.ts';
import type { KeyHolder } from '../security/api-keys.ts';
import { type Html, html } from './html.ts';
import { listWorkflows } from './list-workflows.ts';
import { sendPage } from './page.ts';
import type { Sessions } from './session.ts';
import { namedTime } from './times.ts';
import type { WorkflowStatus, WorkflowSummary } from './views/workflow-summary.ts';

const signs: Record<WorkflowStatus, string> = {
  queued: '○',
  running: '▶',
  waiting: '◷',
  paused: '‖',
  completed: '✓',
  failed: '✗',
  cancelled: '–',
};

export function homeRoutes(
  { config, databases }: Pick<Engine, 'config' | 'databases'>,
  sessions: Sessions,
): Router {
  const router = Router();
  router.get('/', async (req, res) => {
    const caller = await sessions.holderOf(req);
    const howTo = api(config.http.publicUrl ?? `${req.protocol}://${req.get('host')}`);
    const body = caller
      ? ((await recent(databases, caller)) ?? html`<h1>Workflows</h1><p>There is none yet.</p>${howTo}`)
      : welcome(howTo);
    sendPage(res, 200, { title: caller ? 'Workflows' : 'Welcome', caller, body });
  });
  return router;
}

/** @param address where we are reached */
const api = (address: string) => html`<h2>API</h2>
<p class="quiet">Put a workflow in, then follow it at <code>GET /v1/workflows/:id</code>:</p>
<pre><code>curl -i ${address.replace(/\/$/, '')}/v1/workflows \\
  -H "Authorization: Bearer $(cat .data/api-key)" \\
  -H "Content-Type: application/json" \\
  -d '{"repository": "OWNER/NAME", "requirements": "# What should be made"}'</code></pre>
<p class="quiet">All of it: <a href="/reference">reference</a>, <a href="/openapi.json">OpenAPI document</a>.</p>`;

const welcome = (howTo: Html) => html`<h1>Workflows from requirement to merged code</h1>
<p>Background workers that carry a GitHub project from a requirement through eight durable stages.</p>
<ul>
<li><a href="/login">Log in</a> with an API key to see the workflows</li>
<li><a href="/queues">Queues</a>, for the operator</li>
<li><a href="/readyz">Readiness</a> of the databases and the queue</li>
</ul>
${howTo}`;

/** Null where there is none. */
async function recent(databases: Databases, caller: KeyHolder): Promise<Html | null> {
  const db = databases.inOrganization(caller.organizationId);
  const { items, nextCursor } = await listWorkflows(db, { limit: 25 });
  if (items.length === 0) return null;
  const more = html`<p class="quiet">These are the latest 25; <a href="/v1/workflows?limit=100">the API</a> has all.</p>`;
  return html`<h1>Workflows</h1>
<div class="card scroll"><table>
<thead><tr><th>Workflow</th><th>Status</th><th>Stage</th><th>Put in</th></tr></thead>
<tbody>${items.map((workflow) => row(workflow, caller))}</tbody>
</table></div>${nextCursor ? more : null}`;
}

function row(workflow: WorkflowSummary, { isOperator }: KeyHolder): Html {
  const { id, name, repository, status } = workflow;
  const stage = workflow.errorStage ?? workflow.currentStage;
  const until = workflow.waitingUntil && namedTime(new Date(workflow.waitingUntil));
  const waiting = workflow.waitingOn && `on ${workflow.waitingOn}${until ? ` until ${until}` : ''}`;
  const why = workflow.errorMessage ?? waiting;
  return html`<tr>
<td><a href="/v1/workflows/${id}">${name}</a>${name === repository ? null : html`<span class="quiet">${repository}</span>`}</td>
<td><span class="status ${status}">${signs[status]} ${status}</span>${why ? html`<span class="quiet">${why}</span>` : null}</td>
<td class="fixed">${stage.replaceAll('_', ' ')}${isOperator ? html`<a class="quiet" href="/queues/workflows/${id}">its jobs</a>` : null}</td>
<td class="fixed"><time datetime="${workflow.createdAt}">${workflow.createdAt.slice(0, 16).replace('T', ' ')} UTC</time></td>
</tr>`;
}
