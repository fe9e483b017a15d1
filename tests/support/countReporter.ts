import { relative } from "node:path";
import type { Reporter, TestModule } from "vitest/node";

const slowestShown = 10;

/** Closes a run with its slowest files, and one plain line, `N passed, N failed, N skipped`, that any build server can read. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      if (module.errors().length > 0) counts.failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "passed" || state === "failed" || state === "skipped") counts[state] += 1;
      }
    }
    if (modules.length > slowestShown) process.stdout.write(`\nThe slowest files:\n${slowest(modules)}`);
    process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
  }
}

/** A line each, seconds before the name. */
const slowest = (modules: readonly TestModule[]): string =>
  modules
    .map((module) => ({ name: relative(process.cwd(), module.moduleId), seconds: module.diagnostic().duration / 1_000 }))
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, slowestShown)
    .map(({ name, seconds }) => `${seconds.toFixed(1).padStart(7)} s  ${name}\n`)
    .join("");
