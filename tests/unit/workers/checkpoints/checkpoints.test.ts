import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkpointHash, formatCheckpoint, parseCheckpoint } from "../../../../workers/checkpoints/checkpointFile.ts";
import { newestCheckpoint, removeCheckpoints, writeCheckpoint } from "../../../../workers/checkpoints/checkpointFolder.ts";
import { smallRun } from "../builders.ts";

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "checkpoints-")), "run");
});
afterEach(() => rmSync(join(folder, ".."), { recursive: true }));

const checkpoint = (step: number) => ({
  step,
  elapsedMs: 12.5,
  config: '{"a":"ü"}',
  state: { parameters: Float32Array.of(step, Number.MIN_VALUE, -0, 3.4e38), m: new Float32Array(3) },
  frame: [1, 2, 3],
  data: { hash: "ab", classes: 2, inputDimension: 3, trainCounts: [1, 1], testCounts: [1, 1] },
  layout: [{ name: "W", shape: [2, 2] }],
});

describe("a checkpoint file", () => {
  test("gives back what was put in, bit by bit", () => {
    const bytes = formatCheckpoint(checkpoint(7));
    expect(parseCheckpoint(bytes)).toEqual(checkpoint(7));
    expect(checkpointHash(bytes)).toMatch(/^[0-9a-f]{64}$/);
  });

  test("any byte changed, or the end cut off, is noticed", () => {
    const bytes = formatCheckpoint(checkpoint(7));
    for (let at = 0; at < bytes.length; at += 7) {
      const damaged = Buffer.from(bytes);
      damaged[at] ^= 1;
      expect(() => parseCheckpoint(damaged), `byte ${at}`).toThrow();
    }
    for (const length of [0, 10, 60, 100, bytes.length - 1]) expect(() => parseCheckpoint(bytes.subarray(0, length))).toThrow();
  });
});

describe("a checkpoint whose hash is right and whose content is not", () => {
  const signed = (header: string, values = 16) => {
    const body = Buffer.concat([Buffer.from(`collapsar checkpoint 1\n${header}\n`), Buffer.alloc(values)]);
    return Buffer.concat([body, Buffer.from(`${createHash("sha256").update(body).digest("hex")}\n`)]);
  };
  const header = { step: 7, elapsedMs: 1, config: "{}", frame: null, arrays: [{ name: "parameters", length: 4 }] };

  test("is read where all is right", () => {
    expect(parseCheckpoint(signed(JSON.stringify(header))).state.parameters).toEqual(new Float32Array(4));
  });
  test.each([
    ["{", "its header cannot be read"],
    ["null", "its header does not name its values"],
    ['"x"', "its header does not name its values"],
    [JSON.stringify({ ...header, arrays: { 0: 1 } }), "its header does not name its values"],
    [JSON.stringify({ ...header, arrays: [null] }), "its header does not name its values"],
    [JSON.stringify({ ...header, arrays: [{ name: "m", length: -4 }] }), "its header does not name its values"],
    [JSON.stringify({ ...header, arrays: [{ name: "m", length: 1.5 }] }), "its header does not name its values"],
    [JSON.stringify({ ...header, arrays: [{ name: "m", length: 5 }] }), "its header asks for 20 bytes of values, but it has 16"],
    [JSON.stringify({ ...header, step: "7" }), "its header does not say its step and config"],
  ])("%s is refused: %s", (text, why) => {
    expect(() => parseCheckpoint(signed(text))).toThrow(why);
  });
});

describe("a folder of checkpoints", () => {
  test("keeps the newest two, nothing temporary, and gives the newest", () => {
    expect(newestCheckpoint(folder, checkpoint(0).config, () => {})).toBeNull();
    for (const step of [5, 30, 200]) writeCheckpoint(folder, checkpoint(step));
    expect(readdirSync(folder).sort()).toEqual(["200.ckpt", "30.ckpt"]);
    expect(newestCheckpoint(folder, checkpoint(0).config, () => {})).toEqual(checkpoint(200));
    removeCheckpoints(folder);
    expect(existsSync(folder)).toBe(false);
  });

  test("a truncated one is reported, and the one before it is used; both damaged: none", () => {
    for (const step of [30, 200]) writeCheckpoint(folder, checkpoint(step));
    truncateSync(join(folder, "200.ckpt"), 50);
    const said: string[] = [];
    expect(newestCheckpoint(folder, checkpoint(0).config, (text) => said.push(text))?.step).toBe(30);
    expect(said).toEqual([expect.stringContaining("The checkpoint of step 200 is not used")]);
    writeFileSync(join(folder, "30.ckpt"), readFileSync(join(folder, "30.ckpt")).fill(0, 40, 44));
    expect(newestCheckpoint(folder, checkpoint(0).config, (text) => said.push(text))).toBeNull();
    expect(said).toHaveLength(2);
  });

  test("one of another config is not used", () => {
    writeCheckpoint(folder, checkpoint(30));
    const said: string[] = [];
    expect(newestCheckpoint(folder, "{}", (text) => said.push(text))).toBeNull();
    expect(said[0]).toContain("another config");
  });

  test("one whose config lacks fields that have got a default since is used", () => {
    const whole = smallRun();
    const { batch: _, ...training } = whole.training;
    writeCheckpoint(folder, { ...checkpoint(30), config: JSON.stringify({ ...whole, training }) });
    expect(newestCheckpoint(folder, JSON.stringify(whole), () => {})?.step).toBe(30);
    expect(newestCheckpoint(folder, JSON.stringify({ ...whole, seed: 2 }), () => {})).toBeNull();
  });
});
