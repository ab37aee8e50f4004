/**
 * Bull Board: the queues grouped as the pipeline. Two of them, for those who may only look and for those who may have a
 * job done again; what they may is decided before a request comes here (`job-requests.ts`), here it is shown.
 */
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import type { RequestHandler } from 'express';
import type { Engine } from '../../engine/engine.ts';
import { BoardAdapter } from './board-adapter.ts';
import { boardQueues, delimiter } from './groups.ts';
import { scrubbed, shown } from './shown.ts';

/** @param basePath where it is mounted */
export function queueBoard(
  engine: Pick<Engine, 'queues' | 'catalogue' | 'logger'>,
  basePath: string,
  mayAct: boolean,
): RequestHandler {
  const server = new BoardAdapter();
  server.setBasePath(basePath);
  const queues = boardQueues(engine.catalogue).map(({ name, group, description }, index) => {
    const adapter = new BullMQAdapter(engine.queues.queue(name), {
      readOnlyMode: !mayAct,
      ...noRetryOfCompleted,
      prefix: `${group}${delimiter}`,
      delimiter,
      // the overview sorts by it, and only so keeps the order of the pipeline
      displayName: `${String(index + 1).padStart(2, '0')} ${name}`,
      description,
      externalJobUrl: ({ data }) => workflowLink(basePath, data),
    });
    adapter.setFormatter('data', (data) => shown(data, ''));
    adapter.setFormatter('returnValue', (value) => shown(value));
    adapter.setFormatter('progress', (progress) => (typeof progress === 'number' ? progress : 0));
    return adapter;
  });
  createBullBoard({
    queues,
    serverAdapter: server,
    options: {
      uiConfig: {
        boardTitle: 'Queues',
        sortQueues: false,
        overview: { groupByDelimiter: true },
        hideDocsLink: true,
        // asks the queue for its clients once per queue and look; only Redis would have an answer
        showWorkers: false,
        miscLinks: [{ text: 'Workflows', url: '/' }],
        environment: mayAct
          ? { label: 'retry and promote', color: '#8a5300', textColor: '#fff' }
          : { label: 'look only', color: '#5b6470', textColor: '#fff' },
        // in the place of the fonts that the board would fetch from Google
        theme: { light: fonts, dark: fonts },
      },
      handlerHooks: {
        after: (_context, result) => ({ ...result, body: scrubbed(result.body) as typeof result.body }),
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

/** Known to the adapter, unknown to its types: only what has failed can be retried. */
const noRetryOfCompleted = { allowCompletedRetries: false } as object;

const fonts = { 'font-sans': 'system-ui, sans-serif', 'font-mono': 'ui-monospace, monospace' };

function workflowLink(basePath: string, data: unknown): { displayText: string; href: string } {
  const id = data && typeof data === 'object' && 'workflowId' in data ? data.workflowId : undefined;
  // a job without a workflow must have a link too; it leads home
  return typeof id === 'string' && /^[\w-]+$/.test(id)
    ? { displayText: 'Workflow', href: `${basePath}/workflows/${id}` }
    : { displayText: 'Workflows', href: '/' };
}
