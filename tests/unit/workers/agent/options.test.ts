import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findCapacity } from "../../../../workers/agent/machine/findCapacity.ts";
import { parseOptions } from "../../../../workers/agent/options.ts";
import { ephemeralName, givenCores } from "../../../../workers/env.ts";

const environment = {
  dataDir: "/data",
  datasetsDir: null,
  keepCheckpoints: null,
  ledger: null,
  stallMs: null,
  uploadCheckpointsS: null,
  uploadMbS: null,
  fetchS: null,
  token: null,
  tokenFile: null,
  slots: null,
  givenCores: null,
  packRuns: null,
  givenDataDir: null,
  scratchDir: "/tmp",
  user: "1000",
  ephemeralName: { host: "node7", id: "4242" },
  gpus: { cuda: null, container: null },
  vulkan: { folders: [], isChosen: false },
  systemRoot: "/",
  nvidiaSmiMs: null,
  gpuReadingMs: null,
};
const required = ["--server", "http://127.0.0.1:4040", "--token", "t"];

describe("flags of a worker", () => {
  test("go before the environment", () => {
    const options = parseOptions([...required, "--slots", "3", "--name", "lab"], { ...environment, token: "e", slots: "7" });
    expect(options).toMatchObject({ token: "t", slots: 3, name: "lab", dataDir: "/data", device: "auto", local: false });
    expect(parseOptions(["--server", "https://a.b:1/x"], { ...environment, token: "e", slots: "7" })).toMatchObject({
      server: "https://a.b:1",
      token: "e",
      slots: 7,
    });
  });

  test("no GPU is used where CUDA_VISIBLE_DEVICES names none, unless a device is asked for", () => {
    const given = (cuda: string | null) => ({ ...environment, gpus: { cuda, container: null } });
    for (const none of ["", "NoDevFiles", "-1", "none"]) expect(parseOptions(required, given(none)).device, none).toBe("cpu");
    for (const some of [null, "0", "2,3", "GPU-8f1a", "MIG-77"]) expect(parseOptions(required, given(some)).device).toBe("auto");
    expect(parseOptions([...required, "--device", "webgpu"], given("")).device).toBe("webgpu");
  });

  test("a long name is cut between its characters", () => {
    expect(parseOptions([...required, "--name", "😀".repeat(60)], environment).name).toBe(`${"😀".repeat(39)}…`);
  });

  test.each([
    [[], "--server is missing"],
    [["--server", "http://a"], "--token is missing"],
    [
      ["--server", "ftp://a", "--token", "t"],
      '--server is "ftp://a": it must be an address that begins with http:// or https://',
    ],
    [[...required, "--slots", "many"], '--slots is "many": it must be a whole number from 1 to 256'],
    [[...required, "--device", "tpu"], '--device is "tpu": it must be one of auto, cpu, webgpu, cuda'],
    [[...required, "--name", "\u200b\u2800"], "--name has no visible characters"],
    [[...required, "extra"], "Unexpected argument 'extra'"],
    [[...required, "--until-idle", "5"], '--until-idle is "5": it must be a time such as 90s, 5m or 2h, from 1s to 168h'],
    [[...required, "--until-idle", "0s"], '--until-idle is "0s": it must be a time such as 90s, 5m or 2h, from 1s to 168h'],
    [[...required, "--until-idle", "169h"], '--until-idle is "169h": it must be a time such as 90s, 5m or 2h, from 1s to 168h'],
    [[...required, "--until-idle", "5 m"], '--until-idle is "5 m": it must be a time'],
    [[...required, "--until-idle", "1d"], '--until-idle is "1d": it must be a time'],
    [[...required, "--minutes", "0"], '--minutes is "0": it must be a number of minutes from 0.1 to 100000, such as 230'],
    [[...required, "--minutes", "4h"], '--minutes is "4h": it must be a number of minutes from 0.1 to 100000, such as 230'],
    [[...required, "--minutes", "100000.5"], '--minutes is "100000.5": it must be a number of minutes from 0.1 to 100000'],
    [[...required, "--scratch", "/s"], '--scratch is "/s", which is for a worker that is given --ephemeral too'],
    [[...required, "--token-file", "/f"], "--token and --token-file are both given: leave one of them out"],
  ])("%j are refused in words", (flags, words) => {
    expect(() => parseOptions(flags, environment)).toThrow(words);
  });
});

describe("a worker that is there for a while", () => {
  const parse = (...flags: string[]) => parseOptions([...required, ...flags], environment);

  test.each([
    ["90s", 90_000],
    ["5m", 300_000],
    ["2h", 7_200_000],
    ["168h", 604_800_000],
  ])("waits %s for a run", (text, ms) => {
    expect(parse("--until-idle", text).untilIdleMs).toBe(ms);
  });

  test.each([
    ["230", 13_800_000],
    ["0.1", 6_000],
    ["1.25", 75_000],
    ["100000", 6_000_000_000],
  ])("ends within %s minutes", (text, ms) => {
    expect(parse("--minutes", text).allottedMs).toBe(ms);
  });

  test("ends with a code of its own where time ran out", () => {
    expect(parse("--unfinished-code", "75").unfinishedCode).toBe(75);
    for (const code of ["3", "126", "x", ""])
      expect(() => parse("--unfinished-code", code)).toThrow(
        `--unfinished-code is "${code}": it must be a whole number from 4 to 125`,
      );
  });

  test("has neither limit by itself, nor a folder for once", () => {
    expect(parse()).toMatchObject({ untilIdleMs: null, allottedMs: null, scratch: null, unfinishedCode: null });
  });

  test("has its folder in the system's temporary one, in --data or in --scratch", () => {
    const name = { host: "node7", id: "4242" };
    expect(parse("--ephemeral").scratch).toEqual({ folder: "/tmp", datasets: "/tmp/collapsar-datasets-1000", ...name });
    expect(parse("--ephemeral", "--scratch", "/s").scratch).toEqual({
      ...{ folder: "/s", datasets: "/s/collapsar-datasets-1000", ...name },
    });
    const inData = { folder: "/home/d", datasets: "/home/d/datasets", ...name };
    expect(parse("--ephemeral", "--data", "/home/d").scratch).toEqual(inData);
    expect(parse("--ephemeral", "--data", "/home/d", "--scratch", "/s").scratch).toEqual({ ...inData, folder: "/s" });
    const set = { ...environment, givenDataDir: "/home/d" };
    expect(parseOptions([...required, "--ephemeral"], set).scratch).toEqual(inData);
  });

  test("is called by its host and its batch job, or else its process", () => {
    expect(ephemeralName("node7.lab", "1234")).toEqual({ host: "node7.lab", id: "job1234" });
    expect(ephemeralName("node7", "1234", "0")).toEqual({ host: "node7", id: "job1234" });
    expect(ephemeralName("node7", "1234", "3")).toEqual({ host: "node7", id: "job1234.3" });
    expect(ephemeralName("no/de")).toEqual({ host: "no_de", id: String(process.pid) });
  });
});

describe("time between two checkpoints that are sent", () => {
  const of = (uploadCheckpointsS: string | null) => parseOptions(required, { ...environment, uploadCheckpointsS }).uploadEveryMs;
  test("is three minutes, or what is set, in seconds; 0 sends none", () => {
    expect([of(null), of("60"), of("0.25"), of("0")]).toEqual([180_000, 60_000, 250, null]);
  });
  test.each(["soon", "-1", "0.001", "86401", "1e3", ""])("refuses %j", (text) => {
    expect(() => of(text)).toThrow(
      `COLLAPSAR_UPLOAD_CHECKPOINTS_S is "${text}": it must be a number of seconds from 0 to 86400, such as 180`,
    );
  });
});

describe("cores that a batch system gave", () => {
  test("are those of the task, or else those of the job on this node; what is no number is not heeded", () => {
    expect(givenCores("2", "8")).toBe(2);
    expect(givenCores(undefined, "8")).toBe(8);
    expect(givenCores("", "8")).toBe(8);
    expect(givenCores("2(x3)", "many")).toBeNull();
    expect(givenCores("0")).toBeNull();
    expect(givenCores()).toBeNull();
  });

  test("bound the slots and the threads of a worker, however many the machine has", async () => {
    expect(parseOptions(required, { ...environment, givenCores: 1 }).cores).toBe(1);
    const { gpus } = parseOptions(required, environment);
    expect(await findCapacity({ device: "cpu", slots: null, cores: 1, gpus })).toMatchObject({ slots: 1, threads: 1 });
    expect(await findCapacity({ device: "cpu", slots: 1, cores: 1, gpus })).toMatchObject({ slots: 1, threads: 1 });
    const all = availableParallelism();
    expect(await findCapacity({ device: "cpu", slots: null, cores: null, gpus })).toMatchObject({ slots: all, threads: 1 });
    expect(await findCapacity({ device: "cpu", slots: 1, cores: 100_000, gpus })).toMatchObject({ slots: 1, threads: all });
  });
});

describe("a token in a file", () => {
  let folder: string;
  const at = (name: string) => join(folder, name);
  const parse = (...flags: string[]) => parseOptions(["--server", "http://a", ...flags], environment);
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "collapsar-token-"));
    writeFileSync(at("good"), "secret\n", { mode: 0o600 });
    writeFileSync(at("empty"), "\n", { mode: 0o600 });
    writeFileSync(at("words"), "two words", { mode: 0o600 });
    writeFileSync(at("long"), "x".repeat(4_097), { mode: 0o600 });
    writeFileSync(at("open"), "secret");
    chmodSync(at("open"), 0o644);
    mkdirSync(at("folder"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("is taken from there, by the flag or else by the environment", () => {
    expect(parse("--token-file", at("good"))).toMatchObject({
      token: "secret",
      tokenFile: { path: at("good"), flag: "--token-file" },
    });
    const options = parseOptions(["--server", "http://a"], { ...environment, tokenFile: at("good") });
    expect(options).toMatchObject({ token: "secret", tokenFile: { flag: "COLLAPSAR_WORKER_TOKEN_FILE" } });
    expect(parseOptions(required, { ...environment, tokenFile: at("open") })).toMatchObject({ token: "t", tokenFile: null });
  });

  test.each([
    ["missing", "it cannot be read: ENOENT"],
    ["empty", "it is empty: write the token from the Workers page into it"],
    ["words", "it holds more than one word: it must hold the token alone"],
    ["long", "it has 4097 bytes, and a token at most 4096"],
    ["open", "its mode is 0644, so other users can read the token: close it with chmod 600"],
    ["folder", "it is a folder: name the file that holds the token"],
  ])("is refused where it is %s", (name, words) => {
    expect(() => parse("--token-file", at(name))).toThrow(`--token-file is "${at(name)}": ${words}`);
  });
});
