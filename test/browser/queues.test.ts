import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestApi, testApi } from '../http/api.ts';
import { backends } from '../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestSystem, testSystem } from '../support/system.ts';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const requirements = '# One file\n\n- Add greeting/hello.md that greets the reader.\n';

if (!existsSync(executablePath)) {
  throw new Error(`There is no Chromium at ${executablePath}; install it or set CHROMIUM to its path.`);
}

describe.each(backends())('with the queue on %s, an operator', (backend) => {
  let fresh: FreshDatabases;
  let system: TestSystem;
  let api: TestApi;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  const outside: string[] = [];

  beforeAll(async () => {
    fresh = await freshDatabases();
    system = await testSystem(fresh, backend);
    api = await testApi(system);
    system.work();
    const id = await system.enqueue({ requirements });
    await system.untilAsked(id);
    browser = await chromium.launch({
      executablePath,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
      ],
    });
    page = await browser.newPage();
    page.setDefaultTimeout(10_000);
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('requestfinished', (request) => {
      if (!request.url().startsWith(api.url)) outside.push(request.url());
    });
  });
  afterAll(async () => {
    await browser?.close();
    await api?.close();
    await system?.close();
    await fresh?.drop();
  });

  test('is asked to log in before seeing the queues, and told when the key is wrong', async () => {
    await page.goto(`${api.url}/queues`);
    expect(new URL(page.url()).pathname).toBe('/login');
    await page.fill('input[name=key]', 'gsw_wrong');
    await page.getByRole('button').first().click();
    expect(await page.textContent('body')).toContain('This key is unknown or was revoked');
  });

  test('logs in and sees the pipeline, with the job of the first stage completed', async () => {
    await page.fill('input[name=key]', api.operatorKey);
    await page.getByRole('button').first().click();
    await page.waitForURL(`${api.url}/queues**`);
    const body = page.locator('body');
    await body.getByText('requirements-decomposition').first().waitFor();
    await page.locator('a', { hasText: 'project-selection' }).first().click();
    await page
      .getByRole('link', { name: /completed/i })
      .first()
      .click();
    await body.getByText('project_selection').first().waitFor();
  });

  test('gets all of it from our own host, without a script error', () => {
    expect(outside).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
