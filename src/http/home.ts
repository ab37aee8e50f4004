/** The first page: what this is, where to go, and, once logged in, the latest workflows. */
import { Router } from 'express';
import type { Databases } from '../databases/connect.ts';
import type { KeyHolder } from '../security/api-keys.ts';
import { type Html, html } from './html.ts';
import { listWorkflows } from './list-workflows.ts';
import { sendPage } from './page.ts';
import type { Sessions } from './session.ts';
import type { WorkflowStatus, WorkflowSummary } from './workflow-view.ts';

const signs: Record<WorkflowStatus, string> = {
  queued: '○',
  running: '▶',
  waiting: '◷',
  paused: '‖',
  completed: '✓',
  failed: '✗',
  cancelled: '–',
};

export function homeRoutes(databases: Databases, sessions: Sessions): Router {
  const router = Router();
  router.get('/', async (req, res) => {
    const caller = await sessions.holderOf(req);
    const body = caller ? await recent(databases, caller) : welcome;
    sendPage(res, 200, { title: caller ? 'Workflows' : 'Welcome', caller, body });
  });
  return router;
}

const api = html`<h2>API</h2>
<p class="quiet">Put a workflow in, then follow it at <code>GET /v1/workflows/:id</code>:</p>
<pre><code>curl -i http://…/v1/workflows \\
  -H "Authorization: Bearer $(cat .data/api-key)" \\
  -H "Content-Type: application/json" \\
  -d '{"repository": "OWNER/NAME", "requirements": "# What should be made"}'</code></pre>`;

const welcome = html`<h1>Workflows from requirement to merged code</h1>
<p>Background workers that carry a GitHub project from a requirement through eight durable stages.</p>
<ul>
<li><a href="/login">Log in</a> with an API key to see the workflows</li>
<li><a href="/queues">Queues</a>, for the operator</li>
<li><a href="/readyz">Readiness</a> of the databases and the queue</li>
</ul>
${api}`;

async function recent(databases: Databases, caller: KeyHolder): Promise<Html> {
  const db = databases.inOrganization(caller.organizationId);
  const { items, nextCursor } = await listWorkflows(db, { limit: 25 });
  const more = nextCursor
    ? html`<p class="quiet">These are the latest 25; <a href="/v1/workflows?limit=100">the API</a> has all.</p>`
    : null;
  return items.length > 0
    ? html`<h1>Workflows</h1>
<div class="card scroll"><table>
<thead><tr><th>Workflow</th><th>Status</th><th>Stage</th><th>Begun</th></tr></thead>
<tbody>${items.map(row)}</tbody>
</table></div>${more}`
    : html`<h1>Workflows</h1><p>There is none yet.</p>${api}`;
}

function row(workflow: WorkflowSummary): Html {
  const { id, name, repository, status } = workflow;
  const stage = workflow.errorStage ?? workflow.currentStage;
  const why = workflow.errorMessage ?? (workflow.waitingOn && `on ${workflow.waitingOn}`);
  return html`<tr>
<td><a href="/v1/workflows/${id}">${name}</a>${name === repository ? null : html`<span class="quiet">${repository}</span>`}</td>
<td><span class="status ${status}">${signs[status]} ${status}</span>${why ? html`<span class="quiet">${why}</span>` : null}</td>
<td class="fixed">${stage.replaceAll('_', ' ')}</td>
<td class="fixed"><time datetime="${workflow.createdAt}">${workflow.createdAt.slice(0, 16).replace('T', ' ')} UTC</time></td>
</tr>`;
}
