import { describe, expect, test } from "vitest";
import { judgeEnds } from "../../../../server/launchers/judgeEnds.ts";
import { parseQueue } from "../../../../server/launchers/slurm/slurmCommands.ts";
import { describeJob } from "../../../../server/launchers/slurm/slurmLauncher.ts";
import { slurmSettings } from "../../../../server/program/slurmSettings.ts";

describe("what squeue prints", () => {
  const printed = [
    "12_1|RUNNING|1795896098|1795896098|1795896398|node-7|None",
    "12_2|PENDING|1795896102|N/A|N/A||Nodes required for job are DOWN, DRAINED|reserved",
    "13|CANCELLED|1795896098|1795896098|1795896114|vm|None",
  ].join("\n");

  test("is read, with a separator in the reason too", () => {
    expect(parseQueue(`${printed}\n`)).toEqual([
      {
        ...{ id: "12_1", state: "RUNNING", node: "node-7", reason: null },
        submittedAt: new Date("2026-11-28T20:01:38Z"),
        startedAt: new Date("2026-11-28T20:01:38Z"),
        endsAt: new Date("2026-11-28T20:06:38Z"),
      },
      {
        ...{ id: "12_2", state: "PENDING", node: null, reason: "Nodes required for job are DOWN, DRAINED|reserved" },
        ...{ submittedAt: new Date("2026-11-28T20:01:42Z"), startedAt: null, endsAt: null },
      },
      {
        ...{ id: "13", state: "CANCELLED", node: "vm", reason: null },
        submittedAt: new Date("2026-11-28T20:01:38Z"),
        startedAt: new Date("2026-11-28T20:01:38Z"),
        endsAt: new Date("2026-11-28T20:01:54Z"),
      },
    ]);
    expect(parseQueue("")).toEqual([]);
  });

  test.each(["slurm_load_jobs error: Unable to contact slurm controller", "a|b|c|d|e|f|g", "12_[0-3]|PENDING|1|1|1||None"])(
    "is refused where it is something else: %s",
    (line) => expect(() => parseQueue(line)).toThrow("squeue printed"),
  );
});

describe("a job of Slurm", () => {
  const at = (seconds: number) => new Date(1_795_896_000_000 + 1_000 * seconds);
  const job = { id: "12_1", submittedAt: at(0), startedAt: at(10), endsAt: at(310), node: "node-7", reason: null };

  test.each([
    ["PENDING", "pending", null, at(0), null],
    ["REQUEUED", "pending", null, at(0), null],
    ["CONFIGURING", "running", null, at(10), at(310)],
    ["RUNNING", "running", null, at(10), at(310)],
    ["SUSPENDED", "running", null, at(10), at(310)],
    ["COMPLETING", "ending", null, at(10), null],
    ["COMPLETED", "ended", "finished", at(310), null],
    ["FAILED", "ended", "failed", at(310), null],
    ["OUT_OF_MEMORY", "ended", "out-of-memory", at(310), null],
    ["TIMEOUT", "ended", "time-limit", at(310), null],
    ["DEADLINE", "ended", "time-limit", at(310), null],
    ["PREEMPTED", "ended", "preempted", at(310), null],
    ["NODE_FAIL", "ended", "node-lost", at(310), null],
    ["BOOT_FAIL", "ended", "node-lost", at(310), null],
    ["CANCELLED", "ended", "cancelled", at(310), null],
  ])("that is %s is %s (%s)", (said, state, end, since, endsBy) => {
    expect(describeJob({ ...job, state: said }, 2)).toEqual({
      ...{ id: "12_1", state, end, slots: 2, node: "node-7", reason: null },
      since: since.toISOString(),
      startedAt: state === "pending" ? null : at(10).toISOString(),
      endsBy: endsBy?.toISOString() ?? null,
    });
  });

  test("in a state that is not known counts as running, and shows it", () => {
    expect(describeJob({ ...job, state: "DREAMING" }, 1)).toMatchObject({ state: "running", reason: "DREAMING" });
  });
});

describe("jobs that ended", () => {
  const ended = (
    end: "finished" | "failed" | "out-of-memory" | "time-limit" | "preempted" | "node-lost" | "cancelled",
    ranS: number | null,
  ) => ({
    ...{ id: "12_1", end, reason: end === "failed" ? "NonZeroExitCode" : null },
    since: "2026-11-28T20:10:00.000Z",
    startedAt: ranS === null ? null : new Date(Date.parse("2026-11-28T20:10:00Z") - 1_000 * ranS).toISOString(),
  });
  const five = (end: Parameters<typeof ended>[0], ranS: number | null) => Array.from({ length: 5 }, () => ended(end, ranS));

  test("five failures in a row stop the orders, and say how the last ended", () => {
    expect(judgeEnds(five("failed", 2))).toBe(
      "The last 5 jobs ended without doing any work; job 12_1 failed after 2 s (NonZeroExitCode). Its log has the details.",
    );
    expect(judgeEnds(five("failed", 2).slice(1))).toBeNull();
  });

  test.each([
    ["failed", 7_200, true],
    ["out-of-memory", 7_200, true],
    ["finished", 3, true],
    ["finished", 60, false],
    ["time-limit", 3, false],
    ["preempted", 3, false],
    ["node-lost", 3, false],
    ["cancelled", 3, false],
  ] as const)("five that end so, %s after %i s, stop the orders: %s", (end, ranS, stops) => {
    expect(judgeEnds(five(end, ranS)) !== null).toBe(stops);
  });

  test("ends that say nothing lie between, one of use begins the count anew", () => {
    const [bad] = five("failed", 2);
    const mixed = [bad!, ended("cancelled", 9), bad!, ended("time-limit", 9), bad!, bad!, ended("preempted", 1), bad!];
    expect(judgeEnds(mixed)).toContain("The last 5 jobs");
    expect(judgeEnds([bad!, bad!, ended("finished", 600), bad!, bad!, bad!, bad!])).toBeNull();
    expect(judgeEnds([])).toBeNull();
    expect(judgeEnds(five("cancelled", null))).toBeNull();
  });
});

describe("settings", () => {
  const read = (env: Record<string, string>) =>
    slurmSettings({ NODE_ENV: "test", COLLAPSAR_SLURM: "on", ...env }, "/opt/collapsar", "/data");

  test("none where Slurm is not on", () => {
    expect(read({ COLLAPSAR_SLURM: "" })).toBeNull();
    expect(read({ COLLAPSAR_SLURM: "off" })).toBeNull();
    expect(() => read({ COLLAPSAR_SLURM: "1" })).toThrow('COLLAPSAR_SLURM is "1": it must be on, off or left out');
  });

  test("one card a job where nothing else is said", () => {
    expect(read({})).toEqual({
      job: {
        ...{
          partition: "",
          account: "",
          minutes: 240,
          device: "gpu",
          gpuType: "",
          cpus: 4,
          memoryGb: 16,
          folder: "/opt/collapsar",
        },
        ...{ tokenFile: "/data/slurm/worker-token", scratch: "", datasets: "", idleMinutes: 5, extra: "" },
      },
      ...{ folder: "/data/slurm", server: null, lookMs: 15_000 },
      bounds: { min: 0, max: 8, slotsEach: 1, waitMs: 30_000, idleMs: 300_000 },
    });
  });

  test("a slot a core on processors", () => {
    const bounds = { min: 2, max: 16, slotsEach: 2, waitMs: 0, idleMs: 90_000 };
    const env = {
      COLLAPSAR_SLURM_DEVICE: "cpu",
      COLLAPSAR_SLURM_CPUS: "2",
      COLLAPSAR_SLURM_MIN: "2",
      COLLAPSAR_SLURM_WAIT_S: "0",
    };
    expect(read({ ...env, COLLAPSAR_SLURM_IDLE_S: "90" })).toMatchObject({ bounds, job: { idleMinutes: 2 } });
  });

  test.each([
    [
      { COLLAPSAR_SLURM_PARTITION: "gpu;reboot" },
      'COLLAPSAR_SLURM_PARTITION is "gpu;reboot": a partition may contain only letters',
    ],
    [{ COLLAPSAR_SLURM_EXTRA: "--wrap=x" }, 'COLLAPSAR_SLURM_EXTRA is "--wrap=x": these options are not possible here'],
    [{ COLLAPSAR_SLURM_MINUTES: "x" }, 'COLLAPSAR_SLURM_MINUTES is "x": the time limit must be a whole number of minutes'],
    [{ COLLAPSAR_SLURM_DEVICE: "tpu" }, 'COLLAPSAR_SLURM_DEVICE is "tpu"'],
    [{ COLLAPSAR_SLURM_MAX: "0" }, 'COLLAPSAR_SLURM_MAX is "0": it must be a whole number from 1 to 10000'],
    [{ COLLAPSAR_SLURM_URL: "x" }, 'COLLAPSAR_SLURM_URL is "x": it must be an address'],
    [{ COLLAPSAR_SLURM_FOLDER: "/a b" }, 'COLLAPSAR_SLURM_FOLDER is "/a b": the token'],
  ])("%j is refused, naming the variable", (env, message) => {
    expect(() => read(env as unknown as Record<string, string>)).toThrow(message);
  });
});
