import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { formatCheckpoint } from "../../../../workers/checkpoints/checkpointFile.ts";
import { inspectCheckpoint } from "../../../../workers/checkpoints/inspectCheckpoint.ts";

const folder = mkdtempSync(join(tmpdir(), "collapsar-inspect-"));
afterAll(() => rmSync(folder, { recursive: true }));
const sound = formatCheckpoint({
  ...{ step: 7, elapsedMs: 1, config: "{}", frame: null },
  state: { parameters: Float32Array.from({ length: 300_000 }, (_, index) => index) },
});
const inspect = (bytes: Buffer) => {
  const path = join(folder, "7.ckpt");
  writeFileSync(path, bytes);
  return inspectCheckpoint(path);
};

test("a sound checkpoint of several pieces is described by its size and sha256", async () => {
  const { bytes, sha256 } = await inspect(sound);
  expect(bytes).toBe(sound.length);
  expect(bytes).toBeGreaterThan(1_200_000);
  expect(sha256).toBe(
    createHash("sha256")
      .update(readFileSync(join(folder, "7.ckpt")))
      .digest("hex"),
  );
});

test.each([
  ["cut off", sound.subarray(0, sound.length - 1), "its sha256 does not match its bytes"],
  ["changed in one bit", Buffer.from(sound.map((byte, at) => (at === 900_000 ? byte ^ 1 : byte))), "its sha256 does not match"],
  ["longer than it was", Buffer.concat([sound, Buffer.from("x")]), "its sha256 does not match"],
  ["shorter than its trailer", sound.subarray(0, 30), "its sha256 does not match"],
  ["something else", Buffer.from("features"), "it does not begin like a checkpoint"],
  ["empty", Buffer.alloc(0), "its sha256 does not match"],
])("one that is %s is not sound", async (_what, bytes, message) => {
  await expect(inspect(Buffer.from(bytes))).rejects.toThrow(message);
});
