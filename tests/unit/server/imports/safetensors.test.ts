import { afterAll, describe, expect, test } from "vitest";
import { readSafetensors } from "../../../../server/imports/formats/readSafetensors.ts";
import { float32, ReadingFolder, safetensors, valuesOf } from "../../../support/builders/arrayFiles.ts";

const folder = new ReadingFolder();
afterAll(() => folder.close());
const read = async (bytes: Uint8Array) => readSafetensors(await folder.open("run.safetensors", bytes));
const f32 = (shape: number[], from: number, to: number) => ({ dtype: "F32", shape, data_offsets: [from, to] });

test("tensors and what the writer said", async () => {
  const header = {
    __metadata__: { epoch: "12", bad: 3 },
    h1: f32([2, 2], 0, 16),
    y: { dtype: "I64", shape: [2], data_offsets: [20, 36] },
    b: { dtype: "BF16", shape: [2], data_offsets: [16, 20] },
  };
  const data = Buffer.concat([
    float32(1, 2, 3, 4),
    Buffer.from("803f00c0", "hex"),
    Buffer.from("0100000000000000ffffffffffffffff", "hex"),
  ]);
  const { arrays, metadata } = await read(safetensors(header, data));
  expect(metadata).toEqual({ epoch: "12" });
  expect(arrays.map(({ name, type, shape }) => [name, type, shape])).toEqual([
    ["h1", "f4", [2, 2]],
    ["y", "i8", [2]],
    ["b", "bf16", [2]],
  ]);
  expect(await valuesOf(arrays[0])).toEqual([1, 2, 3, 4]);
  expect(await valuesOf(arrays[1])).toEqual([1, -1]);
  expect(await valuesOf(arrays[2])).toEqual([1, -2]);
});

test("a tensor named __proto__ is a tensor", async () => {
  const { arrays } = await read(safetensors('{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', float32(7)));
  expect(arrays.map(({ name }) => name)).toEqual(["__proto__"]);
  expect(Object.hasOwn(Object.prototype, "dtype")).toBe(false);
});

describe("hostile files are refused by tensor", () => {
  const length = (bytes: bigint) => {
    const start = Buffer.alloc(16);
    start.writeBigUInt64LE(bytes);
    return start;
  };
  const long = "9".repeat(30);
  test.each<[string, Uint8Array, string]>([
    ["too short", Buffer.alloc(5), "run.safetensors has 5 bytes; a .safetensors file begins with 8 for its header's length."],
    [
      "a header beyond the file",
      length(1_000_000n),
      "run.safetensors says at byte 0 that its header has 1,000,000 bytes; it has 16 in all, and at most 10,000,000 are read.",
    ],
    [
      "a header of 2⁶⁴ bytes",
      length(18_446_744_073_709_551_615n),
      "run.safetensors says at byte 0 that its header has 18,446,744,073,709,551,615 bytes; it has 16 in all, and at most 10,000,000 are read.",
    ],
    ["no JSON", safetensors("{", float32()), "run.safetensors has a header, from byte 8 on, that is not a JSON object."],
    ["a list", safetensors("[]", float32()), "run.safetensors has a header, from byte 8 on, that is not a JSON object."],
    [
      "overlapping tensors",
      safetensors({ a: f32([4], 0, 16), b: f32([4], 8, 24) }, new Uint8Array(24)),
      'run.safetensors has the tensor "b" at byte 8 of its data; 16 was expected: tensors follow each other without overlap or gap.',
    ],
    [
      "the same place twice",
      safetensors({ a: f32([4], 0, 16), b: f32([4], 0, 16) }, new Uint8Array(16)),
      'run.safetensors has the tensor "b" at byte 0 of its data; 16 was expected: tensors follow each other without overlap or gap.',
    ],
    [
      "a gap",
      safetensors({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, new Uint8Array(12)),
      'run.safetensors has the tensor "b" at byte 8 of its data; 4 was expected: tensors follow each other without overlap or gap.',
    ],
    [
      "a tensor beyond the end",
      safetensors({ a: f32([4], 0, 16) }, new Uint8Array(12)),
      "run.safetensors has 12 bytes of data; its header describes 16.",
    ],
    [
      "offsets that do not fit the shape",
      safetensors({ a: f32([4], 0, 12) }, new Uint8Array(12)),
      'run.safetensors, "a" has the data_offsets 0 to 12; its shape and type need 16 bytes.',
    ],
    [
      "a negative offset",
      safetensors({ a: f32([4], -8, 8) }, new Uint8Array(8)),
      'run.safetensors, "a" has the data_offsets -8 to 8; its shape and type need 16 bytes.',
    ],
    [
      "sizes whose product overflows",
      safetensors({ a: f32([4_294_967_296, 4_294_967_296, 4_294_967_296], 0, 0) }, new Uint8Array()),
      'run.safetensors, "a" has the shape [4294967296, 4294967296, 4294967296]: more than 1,099,511,627,776 values, the limit.',
    ],
    [
      "half a sample",
      safetensors({ a: f32([1.5], 0, 6) }, new Uint8Array(6)),
      'run.safetensors, "a" has the size 1.5 in its shape [1.5]; sizes are 0 or more.',
    ],
    [
      "a size that no number is",
      safetensors(`{"a":{"dtype":"F32","shape":[${long}],"data_offsets":[0,4]}}`, new Uint8Array(4)),
      'run.safetensors, "a" has the size 1e+30 in its shape [1e+30]; sizes are 0 or more.',
    ],
    [
      "an unknown type",
      safetensors({ a: { dtype: "F8_E4M3", shape: [1], data_offsets: [0, 1] } }, new Uint8Array(1)),
      'run.safetensors, "a" has the type "F8_E4M3"; BOOL, I8, U8, I16, U16, I32, U32, I64, U64, F16, BF16, F32, F64 are read.',
    ],
    [
      "a type by the name of an object's method",
      safetensors({ a: { dtype: "constructor", shape: [1], data_offsets: [0, 1] } }, new Uint8Array(1)),
      'run.safetensors, "a" has the type "constructor"; BOOL, I8, U8, I16, U16, I32, U32, I64, U64, F16, BF16, F32, F64 are read.',
    ],
  ])("%s", async (_, bytes, message) => {
    await expect(read(bytes)).rejects.toMatchObject({ name: "Failure", code: "INVALID", message });
  });
});
