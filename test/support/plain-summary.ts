/**
 * Closes a test run with one line that people and CI read alike: `12 passed, 0 failed, 1 skipped`. Before it stand the
 * tests that passed only when they were tried again, each with why it had failed: they want mending like failed ones.
 */
import type { Reporter, TestModule } from 'vitest/node';

export const plainSummary: Reporter = {
  onTestRunEnd(modules: readonly TestModule[]) {
    const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result();
        counts[state] += 1;
        if (!test.diagnostic()?.flaky) continue;
        const why = errors?.[0]?.stack?.split('\n    at ', 2).join('\n    at ');
        console.log(`FLAKY ${module.relativeModuleId} > ${test.fullName}: ${why}`);
      }
    }
    const unfit = modules.filter(
      (module) => module.state() === 'failed' && module.errors().length > 0,
    ).length;
    console.log(
      `${counts.passed} passed, ${counts.failed + counts.pending + unfit} failed, ${counts.skipped} skipped`,
    );
  },
};
