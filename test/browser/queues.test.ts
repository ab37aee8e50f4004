import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { queueNames } from '../../src/engine/catalogue.ts';
import { findOrganizationOf } from '../../src/security/api-keys.ts';
import { type TestApi, testApi } from '../http/api.ts';
import { createApiKey } from '../support/api-keys.ts';
import { backends } from '../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestSystem, testSystem } from '../support/system.ts';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
/** Where pictures for the documentation are put; none are taken where it is not set. */
const pictures = process.env.SCREENSHOTS;
const requirements = '# One file\n\n- Add greeting/hello.md that greets the reader.\n';
const canary = `ghp_${'c4N4'.repeat(9)}`;

if (!existsSync(executablePath)) {
  throw new Error(`There is no Chromium at ${executablePath}; install it or set CHROMIUM to its path.`);
}

describe.each(backends())('with the queue on %s,', (backend) => {
  let fresh: FreshDatabases;
  let system: TestSystem;
  let api: TestApi;
  let browser: Browser;
  let viewerKey: string;
  let workflowId: string;
  let askingId: string;
  const complaints: string[] = [];
  const outside: string[] = [];
  let refusals: string[] = [];
  const seen: string[] = [];

  beforeAll(async () => {
    fresh = await freshDatabases();
    system = await testSystem(fresh, backend);
    api = await testApi(system);
    const { databases } = system.engine;
    const operator = await findOrganizationOf(databases, api.operatorKey);
    viewerKey = await createApiKey(databases, operator?.organizationId as string, 'viewer', {
      role: 'viewer',
    });
    system.work(queueNames(system.engine.catalogue).filter((name) => name !== 'events'));
    // refused at once, with a token in GitHub's answer
    workflowId = await system.enqueue({ requirements, repository: { owner: 'acme', name: 'missing' } });
    await system.until(workflowId, ['failed']);
    askingId = await system.enqueue({ requirements });
    await system.untilAsked(askingId);
    await plantCanary();
    browser = await chromium.launch({
      executablePath,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
      ],
    });
  });
  afterAll(async () => {
    await browser?.close();
    await api?.close();
    await system?.close();
    await fresh?.drop();
  });

  /** Into an error, a log, a result and data, past all that keeps secrets from getting there. */
  async function plantCanary(): Promise<void> {
    const { queues } = system.engine;
    const leaking = queues.worker(
      'events',
      async (job) => {
        await job.log(`a log with ${canary}`);
        if (job.name === 'fails') throw { message: `an error with ${canary}`, stack: `at ${canary}` };
        return { result: canary };
      },
      1,
    );
    const queue = queues.queue('events');
    for (const name of ['fails', 'ends']) await queue.add(name, { token: canary }, { jobId: name });
    const jobs = ['fails', 'ends'].map((id) => ({ queue: 'events', id }));
    const areFinished = async () => (await queues.statesOf(jobs)).every((state) => state === 'finished');
    await vi.waitUntil(areFinished, { timeout: 30_000, interval: 100 });
    await leaking.close();
  }

  async function open(key: string): Promise<{ context: BrowserContext; page: Page }> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      const complains = message.type() === 'error' || /policy/i.test(message.text());
      if (complains) complaints.push(message.text());
    });
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(api.url) && !url.startsWith('data:')) outside.push(url);
    });
    page.on('response', async (response) => seen.push(await response.text().catch(() => '')));
    await page.goto(`${api.url}/queues`);
    await page.fill('input[name=key]', key);
    await page.getByRole('button').first().click();
    return { context, page };
  }

  async function read(page: Page): Promise<void> {
    seen.push((await page.textContent('body')) ?? '');
  }

  async function picture(page: Page, name: string): Promise<void> {
    await read(page);
    if (!pictures) return;
    await page.waitForTimeout(700);
    await page.screenshot({ path: path.join(pictures, `queues-${name}-${backend.toLowerCase()}.png`) });
  }

  test('somebody is asked to log in before seeing the queues, and told when the key is wrong', async () => {
    const { context, page } = await open('gsw_wrong');
    expect(new URL(page.url()).pathname).toBe('/login');
    expect(await page.textContent('body')).toContain('This key is unknown or was revoked');
    complaints.length = 0; // of the status 401
    await context.close();
  });

  test('a viewer sees the pipeline in groups, and no button that changes anything', async () => {
    const { context, page } = await open(viewerKey);
    await page.waitForURL(`${api.url}/queues**`);
    const body = page.locator('body');
    await body.getByText('requirements-decomposition').first().waitFor();
    await picture(page, 'overview');
    await page.goto(`${api.url}/queues/queue/stages.project-selection?status=failed`);
    await body.getByText('project_selection').first().waitFor();
    expect(await page.locator('[class*="jobActions"] button').count()).toBe(0);
    await read(page);
    await context.close();
  });

  test('an operator goes from a job to its workflow and back, and has it tried again', async () => {
    const { context, page } = await open(api.operatorKey);
    await page.waitForURL(`${api.url}/queues**`);
    const body = page.locator('body');
    await page.goto(`${api.url}/queues/queue/stages.project-selection?status=failed`);
    await body.getByText('project_selection').first().waitFor();
    await picture(page, 'operator');
    const opened = context.waitForEvent('page');
    await page.getByRole('link', { name: 'Workflow', exact: true }).click();
    const workflow = await opened;
    await workflow.waitForURL(`${api.url}/queues/workflows/${workflowId}`);
    await read(workflow);
    await workflow.getByRole('link', { name: 'stages.project-selection' }).click();
    await workflow.getByText('project_selection').first().waitFor();
    await workflow.goto(`${api.url}/queues/workflows/${askingId}`);
    await picture(workflow, 'workflow');
    const buttons = page.locator('[class*="jobActions"] button:visible');
    await expect.poll(() => buttons.count()).toBe(1);
    expect(await page.getByText('Clean all').isVisible()).toBe(false);
    await buttons.first().click();
    await page.getByRole('button', { name: 'Confirm' }).click();
    await expect.poll(async () => (await system.workflow(workflowId)).attempt).toBe(2);
    await system.until(workflowId, ['failed']);
    await context.close();
  });

  test('an operator is told in a sentence why something is refused', async () => {
    const { context, page } = await open(api.operatorKey);
    await page.waitForURL(`${api.url}/queues**`);
    await page.goto(`${api.url}/queues/queue/stages.project-selection?status=failed`);
    // the newest first: the other one was retried before
    const buttons = page.locator('[class*="jobActions"] button:visible');
    await expect.poll(() => buttons.count()).toBe(2);
    await buttons.last().click();
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('is outdated').first().waitFor();
    await picture(page, 'refused');
    refusals = complaints.splice(0).filter((text) => !text.includes('status of 409'));
    await context.close();
  });

  test('nobody is shown a secret that got into an error, a log, a result or data', async () => {
    const { context, page } = await open(api.operatorKey);
    await page.waitForURL(`${api.url}/queues**`);
    for (const job of ['fails', 'ends']) {
      await page.goto(`${api.url}/queues/queue/in.events/${job}`);
      await page.getByRole('tab', { name: 'Data', exact: true }).first().waitFor();
      for (const tab of ['Data', 'Options', 'Logs', 'Error']) {
        const button = page.getByRole('tab', { name: tab, exact: true }).first();
        if (await button.isVisible()) await button.click();
        await page.getByRole('tabpanel').first().waitFor();
        await read(page);
      }
    }
    expect(seen.join()).toContain('an error with ghp_[redacted]');
    expect(seen.join()).toContain('a log with ghp_[redacted]');
    expect(seen.join()).not.toContain(canary);
    await context.close();
  });

  test('all of it comes from our own host, without a complaint of the browser', () => {
    expect(outside).toEqual([]);
    expect([...complaints, ...refusals]).toEqual([]);
  });
});
