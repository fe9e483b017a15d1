import { FileRange } from "./bytes.ts";
import { bytesOf, type NumberType } from "./numberType.ts";
import type { OpenedFile } from "./openedFile.ts";
import { countValues, placeArray, requireShape, type StoredArray } from "./storedArray.ts";
import { counted, quoted, unreadable } from "./unreadable.ts";

/** 20,000 tensors are described in some 3 MB. */
const maxHeader = 10_000_000;
const maxTensors = 20_000;

const types: Record<string, NumberType> = {
  ...{ BOOL: "bool", I8: "i1", U8: "u1", I16: "i2", U16: "u2", I32: "i4", U32: "u4", I64: "i8", U64: "u8" },
  ...{ F16: "f2", BF16: "bf16", F32: "f4", F64: "f8" },
};

/** What a file has: its tensors, and what its writer said about it. */
export interface Safetensors {
  arrays: StoredArray[];
  metadata: Record<string, string>;
}

/**
 * The tensors of a .safetensors file: 8 bytes with the length of a JSON header, the header, the numbers.
 * @throws Failure INVALID naming the tensor and what was expected: no overlaps, no gaps, nothing beyond the end
 */
export async function readSafetensors(file: OpenedFile): Promise<Safetensors> {
  const whole = FileRange.of(file);
  if (file.bytes < 8)
    throw unreadable(file.name, `has ${file.bytes} bytes; a .safetensors file begins with 8 for its header's length`);
  const stated = (await whole.read(0, 8)).readBigUInt64LE();
  if (stated > maxHeader || Number(stated) > file.bytes - 8)
    throw unreadable(
      file.name,
      `says at byte 0 that its header has ${stated.toLocaleString("en")} bytes; it has ${counted(file.bytes)} in all, and at most ${counted(maxHeader)} are read`,
    );
  const start = 8 + Number(stated);
  const header = parseHeader((await whole.read(8, Number(stated))).toString("utf8"), file.name);
  const data = whole.part(start, file.bytes - start);
  const entries = Object.entries(header).filter(([name]) => name !== "__metadata__");
  if (entries.length > maxTensors)
    throw unreadable(file.name, `has ${counted(entries.length)} tensors; at most ${counted(maxTensors)} are read`);
  const tensors = entries.map(([name, about]) => readEntry(name, about, file.name));
  let end = 0;
  for (const { name, from, to } of tensors.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== end)
      throw unreadable(
        file.name,
        `has the tensor ${quoted(name)} at byte ${counted(from)} of its data; ${counted(end)} was expected: tensors follow each other without overlap or gap`,
      );
    end = to;
  }
  if (end !== data.length)
    throw unreadable(file.name, `has ${counted(data.length)} bytes of data; its header describes ${counted(end)}`);
  const metadata = header.__metadata__;
  return {
    arrays: tensors.map(({ name, type, shape, from }) =>
      placeArray({ label: `${file.name}, ${quoted(name)}`, name, type, shape, bytes: data, from }),
    ),
    metadata: Object.fromEntries(
      Object.entries(isObject(metadata) ? metadata : {}).filter((pair): pair is [string, string] => typeof pair[1] === "string"),
    ),
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function parseHeader(text: string, name: string): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(text);
    if (isObject(header)) return header;
  } catch {}
  throw unreadable(name, "has a header, from byte 8 on, that is not a JSON object");
}

function readEntry(name: string, about: unknown, file: string) {
  const label = `${file}, ${quoted(name)}`;
  const { dtype, shape, data_offsets: offsets } = isObject(about) ? about : {};
  const type = typeof dtype === "string" && Object.hasOwn(types, dtype) ? types[dtype] : undefined;
  if (type === undefined)
    throw unreadable(label, `has the type ${quoted(String(dtype))}; ${Object.keys(types).join(", ")} are read`);
  if (!isNumbers(shape)) throw unreadable(label, "has no shape of whole numbers");
  requireShape(label, shape);
  if (!isNumbers(offsets) || offsets.length !== 2) throw unreadable(label, "has no two data_offsets");
  const [from = 0, to = 0] = offsets;
  const bytes = countValues(shape) * bytesOf[type];
  if (from < 0 || !Number.isSafeInteger(from) || to - from !== bytes)
    throw unreadable(label, `has the data_offsets ${from} to ${to}; its shape and type need ${counted(bytes)} bytes`);
  return { name, type, shape, from, to };
}

const isNumbers = (value: unknown): value is number[] => Array.isArray(value) && value.every((n) => typeof n === "number");
