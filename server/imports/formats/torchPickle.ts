import pickleparser from "pickleparser";
import type { NumberType } from "./numberType.ts";
import { PickleReader } from "./pickleReader.ts";
import { quoted, unreadable } from "./unreadable.ts";

/** A tensor as torch.save describes it: a view of a storage. */
export class PickledTensor {
  readonly storage: PickledStorage;
  readonly offset: number;
  readonly shape: number[];
  readonly strides: number[];

  constructor(storage: PickledStorage, offset: number, shape: number[], strides: number[]) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}

/** Numbers that tensors are views of: the entry `data/<key>` of the file. */
export class PickledStorage {
  readonly type: NumberType;
  readonly key: string;
  readonly count: number;

  constructor(type: NumberType, key: string, count: number) {
    this.type = type;
    this.key = key;
    this.count = count;
  }
}

/** What is found by name, a tensor or a number. */
export type TorchItem = { name: string; value: PickledTensor | number };

const storages: Record<string, NumberType> = {
  ...{ FloatStorage: "f4", DoubleStorage: "f8", HalfStorage: "f2", BFloat16Storage: "bf16", LongStorage: "i8", IntStorage: "i4" },
  ...{ ShortStorage: "i2", CharStorage: "i1", ByteStorage: "u1", BoolStorage: "bool", UntypedStorage: "u1" },
};
const dtypes: Record<string, NumberType> = {
  ...{
    float32: "f4",
    float: "f4",
    float64: "f8",
    double: "f8",
    float16: "f2",
    half: "f2",
    bfloat16: "bf16",
    int64: "i8",
    long: "i8",
  },
  ...{
    int32: "i4",
    int: "i4",
    int16: "i2",
    short: "i2",
    int8: "i1",
    uint8: "u1",
    bool: "bool",
    uint16: "u2",
    uint32: "u4",
    uint64: "u8",
  },
};

/** A type that a pickle names. */
class Named {
  readonly type: NumberType | null;

  constructor(type: NumberType | null) {
    this.type = type;
  }
}

const depth = 16;
const maxItems = 20_000;
/** Values that are looked at: a list that holds itself many times over has no end otherwise. */
const maxVisits = 200_000;

/**
 * The tensors and numbers of a file of torch.save, read as data: a name that the pickle mentions is one of torch's few for rebuilding
 * tensors, or is refused. Nothing is executed.
 * @returns items of nested dictionaries and lists, by their path ("model.fc.weight")
 * @throws Failure INVALID naming what was found
 */
export function readTorchPickle(content: Buffer, name: string): TorchItem[] {
  const reader = new PickleReader(content, name);
  const parser = new pickleparser.Parser({
    nameResolver: { resolve: (module, member) => resolve(reader, String(module), String(member)) as () => unknown },
    persistentResolver: { resolve: (id) => storageOf(reader, id) },
    extensionResolver: {
      resolve: () => {
        throw reader.refuse("a registered extension");
      },
    },
    unpicklingTypeOfDictionary: "Map",
    unpicklingTypeOfSet: "array",
  });
  let value: unknown;
  try {
    value = parser.read<unknown>(reader);
  } catch (error) {
    if (error instanceof Error && error.name === "Failure") throw error;
    throw reader.refuse("its parts do not fit each other");
  }
  return flatten(value, name);
}

function resolve(reader: PickleReader, module: string, name: string): unknown {
  const path = `${module}.${name}`;
  const isNumbers = (value: unknown): value is number[] =>
    Array.isArray(value) && value.length <= 64 && value.every((n) => typeof n === "number");
  const tensor = (storage: unknown, offset: unknown, shape: unknown, strides: unknown) => {
    if (!(storage instanceof PickledStorage) || typeof offset !== "number" || !isNumbers(shape) || !isNumbers(strides))
      throw reader.refuse("a tensor without storage, shape and strides");
    return new PickledTensor(storage, offset, shape, strides);
  };
  switch (path) {
    case "collections.OrderedDict":
      return (pairs: unknown) =>
        new Map(
          Array.isArray(pairs)
            ? pairs.filter((pair): pair is [unknown, unknown] => Array.isArray(pair) && pair.length === 2)
            : [],
        );
    case "torch._utils._rebuild_tensor":
    case "torch._utils._rebuild_tensor_v2":
      return (...given: unknown[]) => tensor(given[0], given[1], given[2], given[3]);
    case "torch._utils._rebuild_tensor_v3":
      return (...given: unknown[]) => {
        const [storage, offset, shape, strides, , , dtype] = given;
        if (!(storage instanceof PickledStorage) || !(dtype instanceof Named) || dtype.type === null)
          throw reader.refuse("a tensor without storage and type");
        return tensor(new PickledStorage(dtype.type, storage.key, storage.count), offset, shape, strides);
      };
    case "torch._utils._rebuild_parameter":
    case "torch._utils._rebuild_parameter_with_state":
      return (...given: unknown[]) => given[0];
    case "torch.Size":
      return (sizes: unknown) => sizes;
    case "torch.device":
      return () => null;
  }
  if (module === "torch" || module === "torch.storage") {
    if (Object.hasOwn(storages, name)) return new Named(storages[name]!);
    if (Object.hasOwn(dtypes, name)) return new Named(dtypes[name]!);
  }
  throw reader.refuse(
    `it names ${quoted(path)}, which is neither called nor read. Save tensors alone: torch.save({"features": H, "labels": y}, path)`,
  );
}

function storageOf(reader: PickleReader, id: unknown): PickledStorage {
  const [kind, type, key, , count] = Array.isArray(id) ? (id as unknown[]) : [];
  if (
    kind !== "storage" ||
    !(type instanceof Named) ||
    type.type === null ||
    typeof key !== "string" ||
    typeof count !== "number"
  )
    throw reader.refuse("a storage that is not one of torch.save");
  return new PickledStorage(type.type, key, count);
}

function flatten(root: unknown, name: string): TorchItem[] {
  const items: TorchItem[] = [];
  let visits = 0;
  const walk = (value: unknown, path: string, level: number) => {
    if (++visits > maxVisits)
      throw unreadable(name, `holds more than ${maxVisits.toLocaleString("en")} values beside its tensors`);
    if (value instanceof PickledTensor || typeof value === "number") {
      if (items.length === maxItems) throw unreadable(name, `has more than ${maxItems.toLocaleString("en")} tensors`);
      items.push({ name: path, value });
      return;
    }
    const entries: Iterable<[unknown, unknown]> = value instanceof Map ? value : Array.isArray(value) ? value.entries() : [];
    for (const [key, part] of entries) {
      if (level === depth) throw unreadable(name, `is nested deeper than ${depth} levels at ${quoted(path)}`);
      if (typeof key === "string" || typeof key === "number") walk(part, path === "" ? String(key) : `${path}.${key}`, level + 1);
    }
  };
  walk(root, "", 0);
  return items;
}
