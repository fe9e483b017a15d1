import { corrupt } from "./fileFaults.ts";

/** What a pickle holds. Byte strings are bytes; a dictionary has its keys as text. */
export type Pickled = null | boolean | number | string | Uint8Array | Pickled[] | Map<string, Pickled> | NumpyArray | Callable;

/** An array of NumPy's, as written. */
export interface NumpyArray {
  numpy: "array";
  shape: number[];
  /** Such as "u1". */
  type: string;
  fortran: boolean;
  bytes: Uint8Array;
}

/** The few functions and types that stand in pickles of arrays; they are recognized by name, none is ever called. */
interface Callable {
  callable: string;
}

/** CIFAR-100's training set, the largest, takes 0.4 million codes; an empty dictionary of a few takes 200 bytes of memory. */
const bounds = { codes: 4_000_000, dictionaries: 10_000 };
const arrayMakers = ["numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct"];
const bufferReaders = ["numpy.core.numeric._frombuffer", "numpy._core.numeric._frombuffer"];
const known = [...arrayMakers, ...bufferReaders, "numpy.ndarray", "numpy.dtype", "_codecs.encode"];

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");

/** Text of a string of Python 2 or 3; null if it is none. */
const pickledText = (value: Pickled | undefined): string | null =>
  typeof value === "string" ? value : value instanceof Uint8Array ? latin1(value) : null;

/**
 * Reads a Python pickle (protocols 2 to 5) of dictionaries, lists, numbers, strings and NumPy arrays as data: no function that it
 * names is ever called, and any but those that make up arrays are refused.
 * @throws Failure DATASET_CORRUPT naming the byte and what was found
 */
export function readPickle(bytes: Uint8Array, name: string): Pickled {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stack: Pickled[] = [];
  const marks: number[] = [];
  const memo = new Map<number, Pickled>();
  let at = 0;
  let start = 0;
  let dictionaries = 0;
  const refuse = (what: string) => corrupt(`${name}, byte ${start}:`, `not a pickle that can be read: ${what}`);

  const skip = (length: number): number => {
    if (length > bytes.length - at) throw refuse(`it is cut off (${bytes.length} bytes)`);
    at += length;
    return at - length;
  };
  const byte = () => bytes[skip(1)];
  const size = (of: 1 | 4 | 8): number => {
    if (of === 1) return byte();
    if (of === 4) return view.getUint32(skip(4), true);
    return Number(view.getBigUint64(skip(8), true));
  };
  const take = (length: number) => {
    const from = skip(length);
    return bytes.subarray(from, from + length);
  };
  const text = (length: number) => new TextDecoder().decode(take(length));
  const line = () => {
    const end = bytes.indexOf(10, at);
    if (end < 0) throw refuse("it is cut off");
    return latin1(take(end + 1 - at)).slice(0, -1);
  };
  const pop = (): Pickled => {
    if (stack.length <= (marks.at(-1) ?? 0)) throw refuse("its stack is empty");
    return stack.pop() as Pickled;
  };
  const top = (): Pickled => {
    const value = pop();
    stack.push(value);
    return value;
  };
  const sinceMark = (): Pickled[] => {
    const mark = marks.pop();
    if (mark === undefined) throw refuse("a mark is missing");
    return stack.splice(mark);
  };
  const tuple = (length: number) => Array.from({ length }, pop).reverse();
  const global = (path: string): Callable => {
    if (!known.includes(path)) throw refuse(`it names ${JSON.stringify(path.slice(0, 80))}, which is not called or read`);
    return { callable: path };
  };
  const extend = (values: Pickled[]) => {
    const list = top();
    if (!Array.isArray(list)) throw refuse("a list is missing");
    for (const value of values) list.push(value);
  };
  const set = (values: Pickled[]) => {
    const map = top();
    if (!(map instanceof Map)) throw refuse("a dictionary is missing");
    for (let i = 0; i + 1 < values.length; i += 2) {
      const key = pickledText(values[i]);
      if (key === null) throw refuse("a dictionary has a key that is not a string");
      map.set(key, values[i + 1]);
    }
  };
  const recall = (index: number): Pickled => {
    const value = memo.get(index);
    if (value === undefined) throw refuse(`it recalls object ${index}, which is not there`);
    return value;
  };

  if (bytes[0] !== 0x80) throw refuse("it does not begin with the byte 0x80");
  for (let codes = 1; ; codes++) {
    start = at;
    if (codes > bounds.codes) throw refuse(`it has more than ${bounds.codes} objects`);
    const code = String.fromCharCode(byte());
    switch (code) {
      case "\x80": {
        const protocol = byte();
        if (protocol < 2 || protocol > 5) throw refuse(`its protocol is ${protocol}; 2 to 5 are read`);
        break;
      }
      case ".":
        return pop();
      case "\x95":
        skip(8); // a frame's length, which nothing here needs
        break;
      case "(":
        marks.push(stack.length);
        break;
      case "}":
        if (++dictionaries > bounds.dictionaries) throw refuse(`it has more than ${bounds.dictionaries} dictionaries`);
        stack.push(new Map());
        break;
      case "]":
      case ")":
        stack.push([]);
        break;
      case "N":
        stack.push(null);
        break;
      case "\x88":
      case "\x89":
        stack.push(code === "\x88");
        break;
      case "K":
        stack.push(byte());
        break;
      case "M":
        stack.push(view.getUint16(skip(2), true));
        break;
      case "J":
        stack.push(view.getInt32(skip(4), true));
        break;
      case "\x8a": {
        const number = take(byte());
        stack.push(number.reduceRight((sum, digit) => 256 * sum + digit, 0) - (number.at(-1)! > 127 ? 256 ** number.length : 0));
        break;
      }
      case "G":
        stack.push(view.getFloat64(skip(8)));
        break;
      case "U":
      case "C":
        stack.push(take(size(1)));
        break;
      case "T":
      case "B":
        stack.push(take(size(4)));
        break;
      case "\x8e":
      case "\x96":
        stack.push(take(size(8)));
        break;
      case "\x8c":
        stack.push(text(size(1)));
        break;
      case "X":
        stack.push(text(size(4)));
        break;
      case "\x8d":
        stack.push(text(size(8)));
        break;
      case "q":
        memo.set(size(1), top());
        break;
      case "r":
        memo.set(size(4), top());
        break;
      case "\x94":
        memo.set(memo.size, top());
        break;
      case "h":
        stack.push(recall(size(1)));
        break;
      case "j":
        stack.push(recall(size(4)));
        break;
      case "a":
        extend([pop()]);
        break;
      case "e":
        extend(sinceMark());
        break;
      case "s":
        set(tuple(2));
        break;
      case "u":
        set(sinceMark());
        break;
      case "t":
        stack.push(sinceMark());
        break;
      case "\x85":
      case "\x86":
      case "\x87":
        stack.push(tuple(code.charCodeAt(0) - 0x84));
        break;
      case "c":
        stack.push(global(`${line()}.${line()}`));
        break;
      case "\x93": {
        const [module, member] = tuple(2).map(pickledText);
        stack.push(global(`${module}.${member}`));
        break;
      }
      case "R": {
        const [called, given] = tuple(2);
        const made = Array.isArray(given) ? makeObject(called, given) : null;
        if (made === null) throw refuse("an object that is not an array");
        stack.push(made);
        break;
      }
      case "b": {
        const [object, state] = tuple(2);
        if (!fillArray(object, state)) throw refuse("a state that is not an array's");
        stack.push(object);
        break;
      }
      default:
        throw refuse(`the code 0x${code.charCodeAt(0).toString(16).padStart(2, "0")}`);
    }
  }
}

const isArray = (value: Pickled): value is NumpyArray => value !== null && typeof value === "object" && "numpy" in value;
const isNumbers = (value: Pickled): value is number[] => Array.isArray(value) && value.every((n) => typeof n === "number");

/** The object that a call of one of the known functions stands for; null if it is none of those that are read. */
function makeObject(called: Pickled, given: Pickled[]): Pickled {
  if (called === null || typeof called !== "object" || !("callable" in called)) return null;
  const { callable } = called;
  // Python 3 writes bytes for protocol 2 as text and its encoding.
  if (callable === "_codecs.encode" && typeof given[0] === "string") return Uint8Array.from(Buffer.from(given[0], "latin1"));
  if (callable === "numpy.dtype") return [pickledText(given[0])];
  const empty: NumpyArray = { numpy: "array", shape: [], type: "", fortran: false, bytes: new Uint8Array(0) };
  if (arrayMakers.includes(callable)) return empty;
  const [bytes, type, shape, order] = given;
  if (!bufferReaders.includes(callable) || !(bytes instanceof Uint8Array) || !Array.isArray(type) || !isNumbers(shape))
    return null;
  return { ...empty, shape, type: pickledText(type[0]) ?? "", fortran: pickledText(order) !== "C", bytes };
}

/** @returns whether the state was one of an array, or of an element type, which has its name already */
function fillArray(object: Pickled, state: Pickled): boolean {
  if (!Array.isArray(state)) return false;
  if (Array.isArray(object)) return true;
  const [, shape, type, fortran, bytes] = state;
  if (!isArray(object) || !isNumbers(shape) || !Array.isArray(type) || !(bytes instanceof Uint8Array)) return false;
  Object.assign(object, { shape, type: pickledText(type[0]) ?? "", fortran: fortran === true, bytes });
  return true;
}
