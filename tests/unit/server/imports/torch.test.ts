import { existsSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { readTorch } from "../../../../server/imports/formats/readTorch.ts";
import { float32, float64, int64, ReadingFolder, valuesOf, zip } from "../../../support/builders/arrayFiles.ts";

const folder = new ReadingFolder();
afterAll(() => folder.close());

/**
 * What torch.save of PyTorch 2.13 wrote for {"features": float32 [3, 2], "T": a transposed float64 [2, 3], "labels": int64 [3], "epoch": 12,
 * "head": {"W": Parameter of bfloat16 [2, 2]}}.
 */
const written = Buffer.from(
  "gAJ9cQAoWAgAAABmZWF0dXJlc3EBY3RvcmNoLl91dGlscwpfcmVidWlsZF90ZW5zb3JfdjIKcQIoKFgHAAAAc3RvcmFnZXEDY3RvcmNoCkZsb2F0U3RvcmFnZQpxBFgBAAAAMHEFWAMAAABjcHVxBksGdHEHUUsASwNLAoZxCEsCSwGGcQmJY2NvbGxlY3Rpb25zCk9yZGVyZWREaWN0CnEKKVJxC3RxDFJxDVgBAAAAVHEOaAIoKGgDY3RvcmNoCkRvdWJsZVN0b3JhZ2UKcQ9YAQAAADFxEGgGSwZ0cRFRSwBLAksDhnESSwFLAoZxE4loCilScRR0cRVScRZYBgAAAGxhYmVsc3EXaAIoKGgDY3RvcmNoCkxvbmdTdG9yYWdlCnEYWAEAAAAycRloBksDdHEaUUsASwOFcRtLAYVxHIloCilScR10cR5ScR9YBQAAAGVwb2NocSBLDFgEAAAAaGVhZHEhfXEiWAEAAABXcSNjdG9yY2guX3V0aWxzCl9yZWJ1aWxkX3BhcmFtZXRlcgpxJGgCKChoA2N0b3JjaApCRmxvYXQxNlN0b3JhZ2UKcSVYAQAAADNxJmgGSwR0cSdRSwBLAksChnEoSwJLAYZxKYloCilScSp0cStScSyIaAopUnEth3EuUnEvc3Uu",
  "base64",
);
const storages = {
  "archive/data/0": float32(0, 1, 2, 3, 4, 5),
  "archive/data/1": float64(0, 1, 2, 3, 4, 5),
  "archive/data/2": int64(0, 1, 2),
  "archive/data/3": Buffer.from("803f803f803f803f", "hex"),
};

async function read(bytes: Uint8Array) {
  const scratch = folder.scratch();
  return readTorch(await folder.open("H.pt", bytes, scratch), scratch);
}
const pickled = async (pickle: Uint8Array, more: Record<string, Uint8Array> = storages) =>
  read(await zip({ "archive/data.pkl": pickle, "archive/byteorder": Buffer.from("little"), ...more }));

test("tensors, views, parameters and numbers", async () => {
  const { arrays, numbers } = await pickled(written);
  expect(arrays.map(({ name, type, shape }) => [name, type, shape])).toEqual([
    ["features", "f4", [3, 2]],
    ["T", "f8", [2, 3]],
    ["labels", "i8", [3]],
    ["head.W", "bf16", [2, 2]],
  ]);
  expect([...numbers]).toEqual([["epoch", 12]]);
  expect(await valuesOf(arrays[0])).toEqual([0, 1, 2, 3, 4, 5]);
  expect(await valuesOf(arrays[1])).toEqual([0, 2, 4, 1, 3, 5]);
  expect(await valuesOf(arrays[2])).toEqual([0, 1, 2]);
  expect(await valuesOf(arrays[3])).toEqual([1, 1, 1, 1]);
});

describe("a pickle is data: what names anything else is refused by that name, and nothing runs", () => {
  const text = (value: string) => Buffer.concat([Buffer.from([0x58, value.length, 0, 0, 0]), Buffer.from(value)]);
  const pickle = (...parts: (string | Buffer)[]) =>
    Buffer.concat([Buffer.from([0x80, 2]), ...parts.map((part) => Buffer.from(part))]);
  const call = (path: string) => pickle(`c${path.replace(/\.(?=\w+$)/, "\n")}\n`, text("touch PWNED"), Buffer.from([0x85]), "R.");
  test.each([
    "posix.system",
    "os.system",
    "builtins.eval",
    "__builtin__.exec",
    "subprocess.Popen",
    "torch.load",
    "numpy.core.multiarray._reconstruct",
    "torch._utils.constructor",
    "Object.constructor",
  ])("%s", async (path) => {
    await expect(pickled(call(path))).rejects.toMatchObject({
      name: "Failure",
      code: "INVALID",
      message: `H.pt, "archive/data.pkl", byte 2: not a pickle that is read: it names "${path}", which is neither called nor read. Save tensors alone: torch.save({"features": H, "labels": y}, path).`,
    });
    expect(existsSync("PWNED")).toBe(false);
  });

  test("the same within a dictionary, in protocol 4", async () => {
    const bytes = Buffer.from("gASVNAAAAAAAAAB9lIwIZmVhdHVyZXOUjAVwb3NpeJSMBnN5c3RlbZSTlIwLdG91Y2ggUFdORUSUhZRSlHMu", "base64");
    await expect(pickled(bytes)).rejects.toThrow('it names "posix.system", which is neither called nor read');
    expect(existsSync("PWNED")).toBe(false);
  });

  test.each<[string, string, string]>([
    [
      "an object of a class",
      "80022963636f6c6c656374696f6e730a4f726465726564446963740a812e",
      "the code NEWOBJ, which torch.save does not write for tensors",
    ],
    ["a registered extension", "8002820129522e", "the code EXT1, which torch.save does not write for tensors"],
    ["an instance", "80022869706f7369780a73797374656d0a2e", "the code INST, which torch.save does not write for tensors"],
    ["an integer of megabytes", "80028b00002000", "the code LONG4, which torch.save does not write for tensors"],
    ["parts that do not fit", "80024b01522e", "its parts do not fit each other"],
    ["a cut pickle", "80027d7100285808", "it is cut off (it has 8 bytes)"],
    ["nothing", "", "its parts do not fit each other"],
  ])("%s", async (_, bytes, why) => {
    await expect(pickled(Buffer.from(bytes, "hex"))).rejects.toThrow(`not a pickle that is read: ${why}.`);
  });

  test("attributes that a file would set reach nothing", async () => {
    // {}, then BUILD with {"__proto__": {"polluted": 1}} on it
    const bytes = Buffer.concat([
      Buffer.from("80027d", "hex"),
      Buffer.from("7d", "hex"),
      text("__proto__"),
      Buffer.from("7d", "hex"),
      text("polluted"),
      Buffer.from("4b0173", "hex"),
      Buffer.from("7362", "hex"),
      Buffer.from("2e", "hex"),
    ]);
    expect((await pickled(bytes)).arrays).toEqual([]);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  test("a list that holds itself, and one that holds 20¹⁰ values", async () => {
    // l = []; l.append(l)
    await expect(pickled(Buffer.from("80025d71006800612e", "hex"))).rejects.toThrow(
      'H.pt, "archive/data.pkl" is nested deeper than 16 levels at',
    );
    const wider = `710030 28${"6800".repeat(20)}74`.replaceAll(" ", "");
    await expect(pickled(Buffer.from(`80024e${wider.repeat(10)}2e`, "hex"))).rejects.toThrow(
      'H.pt, "archive/data.pkl" holds more than 200,000 values beside its tensors.',
    );
  });
});

describe("files of torch.save that do not hold together", () => {
  test.each<[string, () => Promise<unknown>, string]>([
    ["a missing storage", () => pickled(written, {}), 'H.pt, "features" is a view of the storage "0", which the file lacks.'],
    [
      "a storage that is too short",
      () => pickled(written, { ...storages, "archive/data/0": float32(0, 1, 2) }),
      'H.pt, "features" needs 24 bytes from byte 0 on for the shape [3, 2]; there are 12.',
    ],
    [
      "no pickle",
      async () => read(await zip({ "archive/version": Buffer.from("3") })),
      "H.pt has 0 entries <name>/data.pkl; one was expected, as torch.save writes it.",
    ],
    [
      "TorchScript",
      async () => read(await zip({ "m/data.pkl": written, "m/constants.pkl": written })),
      "H.pt is a TorchScript program, not tensors: save tensors with torch.save.",
    ],
    [
      "the format of old",
      () => read(Buffer.from("80028a0a6cfc9c46f9206aa850192e", "hex")),
      "H.pt is in the format that torch.save had before version 1.6, which is not read: load it and save it again with torch.save(…).",
    ],
    ["nothing", () => read(Buffer.alloc(0)), "H.pt is not a file of torch.save: it does not begin as a zip file does."],
  ])("%s", async (_, work, message) => {
    await expect(work()).rejects.toMatchObject({ name: "Failure", code: "INVALID", message });
  });

  test("a storage of a big-endian machine", async () => {
    const data = Buffer.from("000000003f80000040000000404000004080000040a00000", "hex");
    const { arrays } = await pickled(written, { ...storages, "archive/data/0": data, "archive/byteorder": Buffer.from("big") });
    expect(await valuesOf(arrays[0])).toEqual([0, 1, 2, 3, 4, 5]);
  });
});
