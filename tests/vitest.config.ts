import { defineConfig } from "vitest/config";

/** Integration tests that need the machine to themselves; each line says why. All others share nothing and run side by side. */
const alone = [
  "faults/chaos.test.ts", // a server and three workers that are killed, frozen and cut off: everything of a machine at once
  "engine/webgpu.test.ts", // a browser that draws by all cores
].map((name) => `tests/integration/${name}`);

// One project a kind of test, one after the other: unit tests need no database, no browser and no other process.
export default defineConfig({
  test: {
    root: new URL("..", import.meta.url).pathname,
    // A stored drawing is written when asked for by --update alone.
    update: "none",
    reporters: ["default", new URL("./support/countReporter.ts", import.meta.url).pathname],
    projects: [
      {
        test: {
          name: "unit",
          include: ["tests/unit/**/*.test.ts"],
          testTimeout: 30_000,
          // Most of what a unit test costs is loading modules: the files of one worker load them once.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "integration",
          include: ["tests/integration/**/*.test.ts"],
          exclude: alone,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          expect: { poll: { timeout: 60_000 } },
          sequence: { groupOrder: 1 },
          // Most of them wait for other processes: three keep two cores busy.
          maxWorkers: 3,
        },
      },
      {
        test: {
          name: "alone",
          include: alone,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          expect: { poll: { timeout: 60_000 } },
          sequence: { groupOrder: 2 },
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["tests/e2e/**/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          expect: { poll: { timeout: 60_000 } },
          sequence: { groupOrder: 3 },
          globalSetup: new URL("./support/processes/buildPages.ts", import.meta.url).pathname,
          maxWorkers: 2,
        },
      },
    ],
  },
});
