import { describe, expect, test } from "vitest";
import { parseOptions } from "../../../../workers/agent/options.ts";

const environment = {
  dataDir: "/data",
  datasetsDir: null,
  keepCheckpoints: null,
  ledger: null,
  stallMs: null,
  token: null,
  slots: null,
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
  ])("%j are refused in words", (flags, words) => {
    expect(() => parseOptions(flags, environment)).toThrow(words);
  });
});
