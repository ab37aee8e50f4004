import { defineConfig } from 'vitest/config';
import { plainSummary } from './test/support/plain-summary.ts';

/** Tests that drive a browser, and tests that take minutes because they kill a worker some 150 times. */
const browser = 'test/browser/**/*.test.ts';
const fault = 'test/fault/**/*.test.ts';

const shared = {
  testTimeout: 60_000,
  hookTimeout: 120_000,
  pool: 'forks' as const,
  // on a busy machine one of two thousand may come late: it is tried again in CI, and named at the end of the run; a counterexample stays one
  retry: { count: process.env.CI ? 1 : 0, condition: /^(?!Property failed)/ },
  // what is waited for comes sooner or later on a busy machine
  expect: { poll: { timeout: 20_000 } },
};

export default defineConfig({
  test: {
    maxWorkers: 2,
    reporters: ['default', plainSummary],
    globalSetup: ['test/support/global-setup.ts'],
    projects: [
      {
        extends: true,
        test: { ...shared, name: 'main', include: ['test/**/*.test.ts'], exclude: [browser, fault] },
      },
      { extends: true, test: { ...shared, name: 'fault', include: [fault] } },
      { extends: true, test: { ...shared, name: 'browser', include: [browser] } },
    ],
  },
});
