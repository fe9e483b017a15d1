import { afterAll, describe, expect, test } from "vitest";
import { FileRange } from "../../../../server/imports/formats/bytes.ts";
import { readNpy } from "../../../../server/imports/formats/readNpy.ts";
import { float32, float64, npy, npyWithHeader, ReadingFolder, valuesOf } from "../../../support/builders/arrayFiles.ts";

const folder = new ReadingFolder();
afterAll(() => folder.close());
const read = async (bytes: Uint8Array) => readNpy(FileRange.of(await folder.open("H.npy", bytes)));
const hex = (text: string) => Buffer.from(text, "hex");

describe("numbers of a .npy file", () => {
  test.each<[string, Buffer, number[]]>([
    ["<f8", float64(1.5, -2, 0, 1e308), [1.5, -2, 0, 1e308]],
    ["<f4", float32(1.5, -2, 0.25, 3), [1.5, -2, 0.25, 3]],
    [">f4", hex("3fc00000c00000003e80000040400000"), [1.5, -2, 0.25, 3]],
    [">f8", hex("3ff8000000000000c0000000000000000000000000000000400921fb54442d18"), [1.5, -2, 0, Math.PI]],
    ["<f2", hex("003e00c000000100"), [1.5, -2, 0, 2 ** -24]],
    ["|b1", hex("00010100"), [0, 1, 1, 0]],
    ["|i1", hex("ff007f80"), [-1, 0, 127, -128]],
    ["|u1", hex("ff007f80"), [255, 0, 127, 128]],
    ["<i2", hex("ffff0100ff7f0080"), [-1, 1, 32_767, -32_768]],
    [">i4", hex("ffffffff000000010000010080000000"), [-1, 1, 256, -2_147_483_648]],
    ["<u4", hex("ffffffff010000000001000000000080"), [4_294_967_295, 1, 256, 2_147_483_648]],
    [">i8", hex("fffffffffffffffe000000000000000300000000000000000000000100000000"), [-2, 3, 0, 4_294_967_296]],
    ["<f4", hex("0000c07f0000807f000080ff00000080"), [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0]],
  ])("%s", async (descr, data, values) => {
    const array = await read(npy(descr, [2, 2], data));
    expect(array.shape).toEqual([2, 2]);
    expect(await valuesOf(array)).toEqual(values);
  });

  test("Fortran order is read row by row", async () => {
    expect(await valuesOf(await read(npy("<f8", [2, 3], float64(11, 21, 12, 22, 13, 23), "F")))).toEqual([
      11, 12, 13, 21, 22, 23,
    ]);
    expect(await valuesOf(await read(npy("<f8", [2, 2, 2], float64(111, 211, 121, 221, 112, 212, 122, 222), "F")))).toEqual([
      111, 112, 121, 122, 211, 212, 221, 222,
    ]);
    expect(await valuesOf(await read(npy("<f8", [3], float64(1, 2, 3), "F")))).toEqual([1, 2, 3]);
  });

  test("rows stay whole where the file is read in parts", async () => {
    const rows = 700_001;
    const numbers = Float64Array.from({ length: 3 * rows }, (_, i) => i);
    const array = await read(npy("<f8", [rows, 3], new Uint8Array(numbers.buffer)));
    const sizes: number[] = [];
    let sum = 0;
    for await (const chunk of array.chunks(3)) {
      sizes.push(chunk.length % 3);
      sum += chunk.reduce((total, value) => total + value, 0);
    }
    expect(sizes).toEqual(Array(9).fill(0));
    expect(sum).toBe((2_100_003 * 2_100_002) / 2);
  });

  test("an empty array and a single number", async () => {
    expect(await valuesOf(await read(npy("<f8", [0, 3], new Uint8Array())))).toEqual([]);
    const one = await read(npyWithHeader("{'descr': '<f8', 'fortran_order': False, 'shape': ()}", float64(7)));
    expect(one.shape).toEqual([]);
    expect(await valuesOf(one)).toEqual([7]);
  });
});

describe("what is no .npy file that can be read is refused with its place", () => {
  const header = (shape: string, descr = "'<f8'") =>
    npyWithHeader(`{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }`, float64(1, 2));
  const patched = (bytes: Buffer, at: number, value: number) => {
    bytes[at] = value;
    return bytes;
  };
  const longHeader = Buffer.from("\x93NUMPY\x02\x00\xff\xff\xff\xff", "latin1");
  test.each<[string, Uint8Array, string]>([
    ["nothing", Buffer.alloc(0), "H.npy is not a .npy file: it does not begin with \\x93NUMPY (it has 0 bytes)."],
    ["text", Buffer.from("label,x\n1,2\n"), "H.npy is not a .npy file: it does not begin with \\x93NUMPY (it has 12 bytes)."],
    ["a format of the future", patched(header("(2,)"), 6, 9), "H.npy has format version 9 at byte 6; 1, 2 and 3 are read."],
    ["a header of 4 GB", longHeader, "H.npy says at byte 8 that its header has 4,294,967,295 bytes; at most 65,536 are read."],
    ["a cut header", header("(2,)").subarray(0, 60), "H.npy ends at byte 60; its header goes on to byte 128."],
    ["cut numbers", header("(2,)").subarray(0, 140), "H.npy needs 16 bytes from byte 128 on for the shape [2]; there are 12."],
    [
      "more numbers than bytes",
      header("(1000000, 1000)"),
      "H.npy needs 8,000,000,000 bytes from byte 128 on for the shape [1000000, 1000]; there are 16.",
    ],
    [
      "sizes whose product overflows",
      header("(4294967296, 4294967296, 4294967296)"),
      "H.npy has the shape [4294967296, 4294967296, 4294967296]: more than 1,099,511,627,776 values, the limit.",
    ],
    [
      "an overflow that ends in 0",
      header("(0, 4294967296, 4294967296)"),
      "H.npy has the shape [0, 4294967296, 4294967296]: more than 1,099,511,627,776 values, the limit.",
    ],
    [
      "a size beyond exact integers",
      header("(99999999999999999999,)"),
      "H.npy has the size 100000000000000000000 in its shape [100000000000000000000]; sizes are 0 or more.",
    ],
    ["a negative size", header("(-4, 6)"), "H.npy has the size -4 in its shape [-4, 6]; sizes are 0 or more."],
    ["nine dimensions", header("(1,1,1,1,1,1,1,1,2)"), "H.npy has 9 dimensions; at most 8 are read."],
    [
      "objects",
      header("(2,)", "'|O'"),
      "H.npy is an array of Python objects, which is a pickle and could run code: save arrays of numbers (numpy.save with allow_pickle=False).",
    ],
    [
      "texts",
      header("(2,)", "'<U8'"),
      "H.npy is an array of texts: save labels as whole numbers (numpy.unique(labels, return_inverse=True)[1]).",
    ],
    [
      "complex numbers",
      header("(2,)", "'<c16'"),
      'H.npy has numbers of the type "<c16"; bool, integers and float16, float32, float64 are read.',
    ],
    [
      "fields",
      header("(2,)", "[('x', '<f4'), ('y', '<f4')]"),
      "H.npy is a structured array: save each of its fields as an array of its own.",
    ],
    [
      "code instead of a dictionary",
      npyWithHeader("__import__('os').system('touch PWNED')"),
      "H.npy has a header that cannot be read, which should be a dictionary: \"__import__('os').system('touch PWNED')\".",
    ],
    [
      "a shape that is computed",
      header("(2**9,)"),
      "H.npy has a header that cannot be read, without a shape of whole numbers: \"{'descr': '<f8', 'fortran_order': False, 'shape': (2**9,), }\".",
    ],
  ])("%s", async (_, bytes, message) => {
    await expect(read(bytes)).rejects.toMatchObject({ name: "Failure", code: "INVALID", message });
  });

  test("a file that changes while it is read", async () => {
    const array = await read(npy("<f8", [2], float64(1, 2)));
    folder.write("H.npy", npy("<f8", [3], float64(1, 2, 3)));
    await expect(valuesOf(array)).rejects.toThrow(
      "H.npy changed while it was read (from 144 to 152 bytes): import it once it is complete.",
    );
  });
});
