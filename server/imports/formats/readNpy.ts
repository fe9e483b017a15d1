import type { Bytes } from "./bytes.ts";
import type { NumberType } from "./numberType.ts";
import { columnMajor, placeArray, type StoredArray } from "./storedArray.ts";
import { counted, quoted, unreadable } from "./unreadable.ts";

/** NumPy itself writes some 120 bytes. */
const maxHeader = 65_536;

/**
 * An array of a .npy file (format versions 1 to 3).
 * @param name of the array
 * @throws Failure INVALID naming the file, the place and what was expected
 */
export async function readNpy(bytes: Bytes, name = ""): Promise<StoredArray> {
  const label = bytes.name;
  const start = await bytes.head(12);
  if (start.length < 10 || start.subarray(0, 6).toString("latin1") !== "\x93NUMPY")
    throw unreadable(label, `is not a .npy file: it does not begin with \\x93NUMPY (it has ${counted(bytes.length)} bytes)`);
  const version = start[6]!;
  if (version < 1 || version > 3) throw unreadable(label, `has format version ${version} at byte 6; 1, 2 and 3 are read`);
  const from = version === 1 ? 10 : 12;
  if (start.length < from) throw unreadable(label, `ends at byte ${start.length}, within its header`);
  const length = version === 1 ? start.readUInt16LE(8) : start.readUInt32LE(8);
  if (length > maxHeader)
    throw unreadable(
      label,
      `says at byte 8 that its header has ${counted(length)} bytes; at most ${counted(maxHeader)} are read`,
    );
  const head = await bytes.head(from + length);
  if (head.length < from + length)
    throw unreadable(label, `ends at byte ${counted(head.length)}; its header goes on to byte ${counted(from + length)}`);
  const { descr, fortran, shape } = parseHeader(head.subarray(from).toString(version === 3 ? "utf8" : "latin1"), label);
  const { type, bigEndian } = numberTypeOf(descr, label);
  return placeArray({
    ...{ label, name, type, shape, bigEndian, bytes },
    from: from + length,
    ...(fortran && shape.length > 1 && { strides: columnMajor(shape) }),
  });
}

const sizes = /^\(\s*(?:(?:-?\d+L?\s*,\s*)*(?:-?\d+L?\s*,?\s*)?)\)$/;

/** The header is a Python dictionary of three keys, of which only this form is read. */
function parseHeader(text: string, label: string): { descr: string; fortran: boolean; shape: number[] } {
  const plain = text.trim();
  const refuse = (what: string) => unreadable(label, `has a header that cannot be read, ${what}: ${quoted(plain, 120)}`);
  if (!plain.startsWith("{") || !plain.endsWith("}")) throw refuse("which should be a dictionary");
  const order = /['"]fortran_order['"]\s*:\s*(True|False)\b/.exec(plain)?.[1];
  if (order === undefined) throw refuse("without fortran_order");
  const shape = /['"]shape['"]\s*:\s*(\([^()]*\))/.exec(plain)?.[1];
  if (shape === undefined || !sizes.test(shape)) throw refuse("without a shape of whole numbers");
  const descr = /['"]descr['"]\s*:\s*(?:'([^'\\]*)'|"([^"\\]*)")/.exec(plain);
  if (!descr) {
    if (/['"]descr['"]\s*:\s*\[/.test(plain))
      throw unreadable(label, "is a structured array: save each of its fields as an array of its own");
    throw refuse("without the type of its numbers (descr)");
  }
  return {
    descr: descr[1] ?? descr[2] ?? "",
    fortran: order === "True",
    shape: [...shape.matchAll(/-?\d+/g)].map(([digits]) => Number(digits)),
  };
}

const types: Record<string, NumberType> = {
  ...{ b1: "bool", i1: "i1", u1: "u1", i2: "i2", u2: "u2", i4: "i4", u4: "u4", i8: "i8", u8: "u8" },
  ...{ f2: "f2", f4: "f4", f8: "f8" },
};

function numberTypeOf(descr: string, label: string): { type: NumberType; bigEndian: boolean } {
  const [, order, kind] = /^([<>|=]?)([A-Za-z]\d*)$/.exec(descr) ?? [];
  const type = kind === undefined ? undefined : types[kind];
  if (type !== undefined) return { type, bigEndian: order === ">" };
  if (kind === "O")
    throw unreadable(
      label,
      "is an array of Python objects, which is a pickle and could run code: save arrays of numbers (numpy.save with allow_pickle=False)",
    );
  if (kind?.startsWith("U") || kind?.startsWith("S"))
    throw unreadable(label, "is an array of texts: save labels as whole numbers (numpy.unique(labels, return_inverse=True)[1])");
  throw unreadable(label, `has numbers of the type ${quoted(descr)}; bool, integers and float16, float32, float64 are read`);
}
