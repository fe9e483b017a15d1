import { bytesOf } from "./numberType.ts";
import type { OpenedFile } from "./openedFile.ts";
import { openZip } from "./openZip.ts";
import type { Scratch } from "./scratch.ts";
import { placeArray, type StoredArray } from "./storedArray.ts";
import { PickledTensor, readTorchPickle } from "./torchPickle.ts";
import { counted, quoted, unreadable } from "./unreadable.ts";

/** Of the description of the tensors, not of their numbers. */
const maxPickle = 32_000_000;

export interface TorchFile {
  arrays: StoredArray[];
  /** Single numbers beside them, such as the epoch. */
  numbers: Map<string, number>;
}

/**
 * The tensors of a .pt or .pth file, which torch.save writes since version 1.6 as a zip file.
 * @throws Failure INVALID for the older format, for what names anything but tensors, and as openZip does
 */
export async function readTorch(file: OpenedFile, scratch: Scratch): Promise<TorchFile> {
  const start = file.bytes < 4 ? Buffer.alloc(4) : await file.read(0, 4);
  if (start.readUInt32BE(0) !== 0x504b0304)
    throw unreadable(
      file.name,
      start[0] === 0x80
        ? "is in the format that torch.save had before version 1.6, which is not read: load it and save it again with torch.save(…)"
        : "is not a file of torch.save: it does not begin as a zip file does",
    );
  const entries = await openZip(file, scratch, false);
  const pickles = [...entries.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  const [pickle] = pickles;
  if (pickle === undefined || pickles.length > 1)
    throw unreadable(file.name, `has ${pickles.length} entries <name>/data.pkl; one was expected, as torch.save writes it`);
  if (entries.has(pickle.replace(/data\.pkl$/, "constants.pkl")))
    throw unreadable(file.name, "is a TorchScript program, not tensors: save tensors with torch.save");
  const folder = pickle.slice(0, -"data.pkl".length);
  const order = (await entries.get(`${folder}byteorder`)?.head(16))?.toString("latin1").trim() ?? "little";
  const described = entries.get(pickle)!;
  if (described.length > maxPickle)
    throw unreadable(
      file.name,
      `describes its tensors in ${counted(described.length)} bytes; at most ${counted(maxPickle)} are read`,
    );
  const content = await described.head(described.length);
  const arrays: StoredArray[] = [];
  const numbers = new Map<string, number>();
  for (const { name, value } of readTorchPickle(content, described.name)) {
    if (!(value instanceof PickledTensor)) {
      numbers.set(name, value);
      continue;
    }
    const { storage, offset, shape, strides } = value;
    const label = `${file.name}, ${quoted(name)}`;
    const bytes = entries.get(`${folder}data/${storage.key}`);
    if (bytes === undefined) throw unreadable(label, `is a view of the storage ${quoted(storage.key)}, which the file lacks`);
    const from = offset * bytesOf[storage.type];
    arrays.push(placeArray({ label, name, type: storage.type, shape, strides, bytes, from, bigEndian: order === "big" }));
  }
  return { arrays, numbers };
}
