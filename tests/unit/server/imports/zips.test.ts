import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readNpz } from "../../../../server/imports/formats/readNpz.ts";
import { float64, int64, npy, ReadingFolder, valuesOf, zip } from "../../../support/builders/arrayFiles.ts";

const folder = new ReadingFolder();
afterAll(() => folder.close());

const arrays = { "features.npy": npy("<f8", [2, 2], float64(1, 2, 3, 4)), "labels.npy": npy("<i8", [2], int64(0, 1)) };
/** Writes a number into the central directory and the local header of a zip's only entry. */
function stated(bytes: Buffer, local: number, central: number, value: number): Buffer {
  bytes.writeUInt32LE(value, local);
  bytes.writeUInt32LE(value, bytes.indexOf("PK\x01\x02", 0, "latin1") + central);
  return bytes;
}

test.each([false, true])("arrays of a .npz file, deflated: %s", async (compress) => {
  const scratch = folder.scratch();
  const [features, labels] = await readNpz(await folder.open("a.npz", await zip(arrays, compress), scratch), scratch);
  expect(features).toMatchObject({ name: "features", shape: [2, 2], type: "f8" });
  expect(await valuesOf(features)).toEqual([1, 2, 3, 4]);
  expect(labels).toMatchObject({ name: "labels", shape: [2], type: "i8" });
  expect(await valuesOf(labels)).toEqual([0, 1]);
  await scratch.close();
  expect(readdirSync(compress ? join(folder.path, "scratch") : folder.path)).not.toContainEqual(expect.stringMatching(/part$/));
});

describe("hostile zip files are refused by name", () => {
  const zeros = npy("<f8", [2_000_000], new Uint8Array(16_000_000));
  const refuse = async (bytes: Buffer, maxBytes?: number) => {
    const scratch = folder.scratch(maxBytes);
    const file = await folder.open("bomb.npz", bytes, scratch);
    return (async () => {
      for (const array of await readNpz(file, scratch)) await valuesOf(array);
      return "read";
    })().then(
      (text) => text,
      (error) => {
        expect(error).toMatchObject({ name: "Failure", code: "INVALID" });
        return error.message;
      },
    );
  };
  test("what unpacks beyond the bound", async () => {
    const message = 'bomb.npz, "x.npy" unpacks to 16,000,128 bytes; at most 1,000,000 are unpacked for one import.';
    expect(await refuse(await zip({ "x.npy": zeros }, true), 1_000_000)).toBe(message);
  });
  test("many small ones that unpack beyond it together", async () => {
    const small = npy("<f8", [50_000], new Uint8Array(400_000));
    const bytes = await zip({ "a.npy": small, "b.npy": small, "c.npy": small }, true);
    expect(await refuse(bytes, 1_000_000)).toBe(
      'bomb.npz, "c.npy" unpacks to 400,128 bytes; at most 1,000,000 are unpacked for one import.',
    );
  });
  test("a size that lies, too large", async () => {
    expect(await refuse(stated(await zip({ "x.npy": zeros }, true), 22, 24, 4_000_000_000))).toMatch(
      /^bomb\.npz says that "x\.npy" unpacks from [\d,]+ to 4,000,000,000 bytes, more than deflate can\.$/,
    );
  });
  test("a size that lies, too small", async () => {
    expect(await refuse(stated(await zip({ "x.npy": zeros }, true), 22, 24, 500))).toMatch(/^bomb\.npz, "x\.npy" /);
  });
  test.each(["../x.npy", "/x.npy", "a/../../x.npy"])("a name that leads out: %s", async (name) => {
    const placeholder = name.replace(/[./]/g, "_");
    const bytes = await zip({ [placeholder]: arrays["labels.npy"] });
    const evil = Buffer.from(bytes.toString("latin1").replaceAll(placeholder, name), "latin1");
    expect(await refuse(evil)).toMatch(/^bomb\.npz cannot be read as a zip file: (invalid relative path|absolute path)/);
  });
  test("a name that stands twice", async () => {
    const bytes = await zip({ "x.npy": arrays["labels.npy"], "y.npy": arrays["labels.npy"] });
    expect(await refuse(Buffer.from(bytes.toString("latin1").replaceAll("y.npy", "x.npy"), "latin1"))).toBe(
      'bomb.npz has two entries named "x.npy".',
    );
  });
  test("an encrypted entry", async () => {
    const bytes = await zip({ "x.npy": arrays["labels.npy"] }, true);
    const at = bytes.indexOf("PK\x01\x02", 0, "latin1") + 8;
    bytes.writeUInt16LE(bytes.readUInt16LE(at) | 1, at);
    expect(await refuse(bytes)).toBe('bomb.npz is encrypted ("x.npy"): save it without a password.');
  });
  test("what is no array", async () => {
    expect(await refuse(await zip({ "run.sh": Buffer.from("rm -rf /") }))).toBe(
      'bomb.npz has the entry "run.sh"; a .npz file has only arrays (.npy).',
    );
  });
  test("a damaged number in a file that NumPy would refuse too", async () => {
    const bytes = await zip({ "x.npy": npy("<f8", [2], float64(1, 2)) });
    bytes[bytes.indexOf(float64(2)) + 6]! ^= 8;
    expect(await refuse(bytes)).toBe('bomb.npz, "x.npy" is damaged: its checksum (CRC-32) is not that which the file states.');
  });
  test("a damaged number of a deflated one", async () => {
    const bytes = await zip({ "x.npy": npy("<f8", [64], new Uint8Array(512).fill(7)) }, true);
    bytes.writeUInt32LE(12_345, bytes.indexOf("PK\x01\x02", 0, "latin1") + 16);
    expect(await refuse(bytes)).toBe('bomb.npz, "x.npy" is damaged: its checksum (CRC-32) is not that which the file states.');
  });
  test("a cut file, and one that is none", async () => {
    const bytes = await zip(arrays);
    expect(await refuse(bytes.subarray(0, bytes.length - 30))).toMatch(/^bomb\.npz cannot be read as a zip file: /);
    expect(await refuse(Buffer.from("x".repeat(100)))).toMatch(/^bomb\.npz cannot be read as a zip file: /);
  });
});
