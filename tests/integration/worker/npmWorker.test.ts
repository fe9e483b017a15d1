import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ProtocolServer } from "../../support/processes/protocolServer.ts";
import { projectRoot } from "../../support/processes/server.ts";
import { isRunning, makeFolder, node, removeFolder } from "../../support/processes/workerProcess.ts";
import { until } from "../../support/until.ts";

let server: ProtocolServer;
let folder: string;
let output: string;
let exit: { code: number | null; signal: string | null } | null;
let started: ChildProcess | null = null;

/** The worker's program, as a person or a service manager starts it. */
function start(command: string, args: string[]): ChildProcess {
  output = "";
  exit = null;
  const flags = ["--server", `http://127.0.0.1:${server.port}`, "--data", folder, "--slots", "1"];
  const child = spawn(command, [...args, ...flags], {
    cwd: projectRoot,
    detached: true,
    env: { ...process.env, COLLAPSAR_WORKER_TOKEN: "right" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  started = child;
  child.once("close", (code, signal) => {
    if (started === child) exit = { code, signal };
  });
  return child;
}

/** A process with all that it started, whatever group that is in. */
function family(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
    return [pid, ...(children === "" ? [] : children.split(" ").flatMap((child) => family(Number(child))))];
  } catch {
    return [];
  }
}

const trainingByNpm = async () => {
  const npm = start("npm", ["run", "--silent", "worker", "--"]);
  await until("the worker is connected", () => server.isConnected, 120_000);
  const run = await server.assign("real", 900_000);
  await until("it trains", () => server.events(run).some(({ event }) => event.kind === "measurement" && event.step > 0), 120_000);
  return { npm, run };
};

beforeEach(async () => {
  server = await new ProtocolServer().listen();
  folder = makeFolder();
});
afterEach(async () => {
  const left = started?.pid === undefined || exit !== null ? [] : family(started.pid);
  for (const pid of left) process.kill(pid, "SIGKILL");
  await server.close();
  removeFolder(folder);
});

test("through npm, as a service manager signals it: SIGTERM to npm alone", async () => {
  const { npm, run } = await trainingByNpm();
  const all = family(npm.pid!);
  npm.kill("SIGTERM");
  await until("all have gone", () => exit !== null && all.every((pid) => !isRunning(pid)), 60_000);
  expect(output).toContain("Stopped");
  expect(server.last(run)).toMatchObject({ kind: "ended", code: "WORKER_LOST", excused: true, stop: "asked" });
});

test.each([
  ["SIGUSR1", "time"],
  ["SIGTERM", "asked"],
] as const)("through npm, as a batch system signals it: %s to every process", async (signal, stop) => {
  const { npm, run } = await trainingByNpm();
  const all = family(npm.pid!);
  for (const pid of all) process.kill(pid, signal);
  await until("all have gone", () => exit !== null && all.every((pid) => !isRunning(pid)), 60_000);
  expect(output).toContain("Stopped");
  expect(server.last(run)).toMatchObject({ kind: "ended", code: "WORKER_LOST", excused: true, stop });
});

test.each(["SIGUSR1", "SIGTERM"] as const)(
  "%s while the program is still being loaded ends it well, and opens no debugger",
  async (signal) => {
    const program = join(folder, "slow.mjs");
    writeFileSync(program, 'console.log("loading"); await new Promise((resolve) => setTimeout(resolve, 60_000));');
    const child = start(node, ["server/install/run.mjs", program]);
    await until("it is being loaded", () => output.includes("loading"));
    child.kill(signal);
    await until("it has ended", () => exit !== null, 30_000);
    expect(exit).toEqual({ code: 0, signal: null });
    expect(output).not.toContain("Debugger");
  },
);

test("SIGUSR1 soon after the worker's own program has begun ends it well", async () => {
  const child = start(node, ["workers/main.ts"]);
  await until("it has begun", () => output.includes("Worker "));
  child.kill("SIGUSR1");
  await until("it has ended", () => exit !== null, 30_000);
  expect(exit).toEqual({ code: 0, signal: null });
  expect(output).not.toContain("Debugger");
});
