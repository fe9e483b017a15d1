import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { runEnvironment, withHugePages } from "../../../workers/env.ts";

test("huge pages are asked for beside the tunables that are set, and not where they are set themselves", () => {
  expect(withHugePages()).toBe("glibc.malloc.hugetlb=1");
  expect(withHugePages("")).toBe("glibc.malloc.hugetlb=1");
  expect(withHugePages("glibc.malloc.arena_max=1")).toBe("glibc.malloc.arena_max=1:glibc.malloc.hugetlb=1");
  expect(withHugePages("glibc.malloc.hugetlb=0:glibc.malloc.arena_max=1")).toBe(
    "glibc.malloc.hugetlb=0:glibc.malloc.arena_max=1",
  );
  expect(runEnvironment().GLIBC_TUNABLES).toBe(withHugePages(process.env.GLIBC_TUNABLES));
  expect(runEnvironment()).not.toHaveProperty("COLLAPSAR_WORKER_TOKEN");
});

const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
const glibc = Number(report.header?.glibcVersionRuntime?.split(".")[1] ?? 0);
const given = "/sys/kernel/mm/transparent_hugepage/enabled";
const onRequest = existsSync(given) && readFileSync(given, "utf8").includes("[madvise]");

// "hg" among a mapping's flags: huge pages were asked for.
test.skipIf(glibc < 35 || !onRequest)("the buffers of a run's process are mapped so", () => {
  const program = `const kept = Array.from({ length: 4 }, () => new Float32Array(4e6).fill(1));
    const flags = require("fs").readFileSync("/proc/self/smaps", "utf8").match(/^VmFlags:.*$/gm);
    process.stdout.write(String(kept.length && flags.some((line) => / hg\\b/.test(line))));`;
  const mapped = (env: NodeJS.ProcessEnv) => spawnSync(process.execPath, ["-e", program], { env, encoding: "utf8" }).stdout;
  expect(mapped({ ...runEnvironment(), GLIBC_TUNABLES: withHugePages() })).toBe("true");
  expect(mapped({ ...runEnvironment(), GLIBC_TUNABLES: "" })).toBe("false");
});
