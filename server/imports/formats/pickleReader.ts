import { unreadable } from "./unreadable.ts";

/** A step of a pickle, at most so many: a state of 20,000 tensors has under a million. */
const maxSteps = 4_000_000;

const code = (text: string) => text.charCodeAt(0);
/** Steps whose operand is one byte, which the parser asks for as it asks for the next step. */
const withByte = new Set([0x80, 0x8a, 0x8c, code("q"), code("h"), code("K"), code("U"), code("C")]);
/** What makes objects of classes, executes registered extensions, takes no end (integers of megabytes) or is not written by torch.save. */
const refused: Record<number, string> = {
  ...{ [code("i")]: "INST", [code("o")]: "OBJ", 129: "NEWOBJ", 146: "NEWOBJ_EX", 130: "EXT1", 131: "EXT2", 132: "EXT4" },
  ...{
    139: "LONG4",
    [code("P")]: "PERSID",
    [code("d")]: "DICT",
    [code("l")]: "LIST",
    151: "NEXT_BUFFER",
    152: "READONLY_BUFFER",
  },
};
const build = code("b");
const pop = code("0");

/**
 * Feeds the pickle parser. What would set attributes of an object (BUILD) is turned into dropping them, so that nothing that a file says
 * reaches a property of anything here; tensors and dictionaries have none that matter.
 */
export class PickleReader {
  private at = 0;
  private start = 0;
  private steps = 0;
  private operand = false;
  private readonly view: DataView;

  private readonly content: Buffer;
  private readonly name: string;

  constructor(content: Buffer, name: string) {
    this.content = content;
    this.name = name;
    this.view = new DataView(content.buffer, content.byteOffset, content.length);
  }

  /** Where the step that is read now begins. */
  get place(): number {
    return this.start;
  }

  byte(): number {
    const at = this.take(1);
    const value = this.content[at]!;
    if (this.operand) {
      this.operand = false;
      return value;
    }
    this.start = at;
    if (++this.steps > maxSteps) throw this.refuse(`it has more than ${maxSteps.toLocaleString("en")} steps`);
    if (refused[value] !== undefined)
      throw this.refuse(`the code ${refused[value]}, which torch.save does not write for tensors`);
    this.operand = withByte.has(value);
    return value === build ? pop : value;
  }

  bytes(length: number): Uint8Array {
    const from = this.take(length);
    return this.content.subarray(from, from + length);
  }

  uint16 = (): number => this.view.getUint16(this.take(2), true);
  int32 = (): number => this.view.getInt32(this.take(4), true);
  uint32 = (): number => this.view.getUint32(this.take(4), true);
  uint64 = (): number => Number(this.view.getBigUint64(this.take(8), true));
  float64 = (): number => this.view.getFloat64(this.take(8), false);

  skip(length: number): void {
    this.take(length);
  }

  string(length: number): string {
    return Buffer.from(this.bytes(length)).toString("utf8");
  }

  line(): string {
    const end = this.content.indexOf(10, this.at);
    if (end < 0) throw this.refuse("it is cut off");
    return this.string(end + 1 - this.at).slice(0, -1);
  }

  hasNext(): boolean {
    return this.at < this.content.length;
  }

  refuse(what: string): Error {
    return unreadable(`${this.name}, byte ${this.start.toLocaleString("en")}:`, `not a pickle that is read: ${what}`);
  }

  private take(length: number): number {
    if (!(length >= 0 && length <= this.content.length - this.at))
      throw this.refuse(`it is cut off (it has ${this.content.length.toLocaleString("en")} bytes)`);
    this.at += length;
    return this.at - length;
  }
}
