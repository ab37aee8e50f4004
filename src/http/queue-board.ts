/**
 * Bull Board: the queues in the order of the pipeline, to look at only. Jobs hold nothing but ids; what others wrote
 * into errors and logs passes a last net for secrets.
 */
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import type { RequestHandler } from 'express';
import { queueNames } from '../engine/catalogue.ts';
import type { Engine } from '../engine/engine.ts';
import { redactAll } from '../security/redact.ts';

/** @param basePath where it is mounted */
export function queueBoard(
  engine: Pick<Engine, 'queues' | 'catalogue' | 'logger'>,
  basePath: string,
): RequestHandler {
  const server = new ExpressAdapter().setBasePath(basePath);
  const stages = engine.catalogue.stages.length;
  const queues = queueNames(engine.catalogue).map(
    (name, index) =>
      new BullMQAdapter(engine.queues.queue(name), {
        readOnlyMode: true,
        // the overview sorts by it, and only so keeps the order of the pipeline
        displayName: `${String(index + 1).padStart(2, '0')} ${name}`,
        description: descriptionOf(name, index, stages),
        externalJobUrl: ({ data }) => workflowLink(data),
      }),
  );
  createBullBoard({
    queues,
    serverAdapter: server,
    options: {
      uiConfig: {
        boardTitle: 'Queues',
        sortQueues: false,
        hideDocsLink: true,
        miscLinks: [{ text: 'Workflows', url: '/' }],
        // in the place of the fonts that the board would fetch from Google
        theme: { light: fonts, dark: fonts },
      },
      handlerHooks: {
        after: (_context, result) => ({ ...result, body: redactAll(result.body) as typeof result.body }),
      },
    },
  });
  // its own handler gives the message of whatever was thrown to the browser
  server.setErrorHandler((error) => {
    engine.logger.error({ err: error }, 'the queue board failed');
    return { status: 500, body: { error: 'ERRORS.INTERNAL_SERVER_ERROR' } };
  });
  return server.getRouter();
}

const fonts = { 'font-sans': 'system-ui, sans-serif', 'font-mono': 'ui-monospace, monospace' };

const descriptions: Record<string, string> = {
  intake: 'Workflows that other programs put in by a job',
  steps: 'One job per step of a plan',
  github: 'Calls to GitHub',
  linear: 'Calls to Linear',
  agent: 'Runs of the coding agent',
  events: 'What follows from events of other services',
  deliveries: 'Messages to subscribers: webhooks and Slack',
  projections: 'Brings the other databases up to date',
  maintenance: 'Keeps watch over the queue itself; needs no worker',
};

const descriptionOf = (name: string, index: number, stages: number): string =>
  index < stages ? `Stage ${index + 1} of ${stages}` : (descriptions[name] ?? '');

function workflowLink(data: unknown): { displayText: string; href: string } {
  const id = data && typeof data === 'object' && 'workflowId' in data ? data.workflowId : undefined;
  // a job without a workflow must have a link too; it leads home
  return id
    ? { displayText: 'Workflow', href: `/v1/workflows/${id}` }
    : { displayText: 'Workflows', href: '/' };
}
