/** Writes event files of TensorBoard with no word of the program's own: frames, sums and messages by hand. */

export function varint(value: bigint): Buffer {
  const parts: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    parts.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(parts);
}

const field = (id: number, wire: number, content: Buffer) => Buffer.concat([varint(BigInt(id * 8 + wire)), content]);
export const bytes = (id: number, content: Uint8Array) => field(id, 2, Buffer.concat([varint(BigInt(content.length)), content]));
export const text = (id: number, content: string) => bytes(id, Buffer.from(content));
const int = (id: number, value: number) => field(id, 0, varint(BigInt(value)));

export function float(value: number): Buffer {
  const content = Buffer.alloc(4);
  content.writeFloatLE(value);
  return content;
}
export function double(value: number): Buffer {
  const content = Buffer.alloc(8);
  content.writeDoubleLE(value);
  return content;
}

/** event.proto: wall_time = 1, step = 2, file_version = 3, summary = 5 */
export function event(of: { wallTime?: number; step?: number; version?: string; values?: Buffer[] }): Buffer {
  return Buffer.concat([
    field(1, 1, double(of.wallTime ?? 1_700_000_000)),
    ...(of.step === undefined ? [] : [int(2, of.step)]),
    ...(of.version === undefined ? [] : [text(3, of.version)]),
    ...(of.values === undefined ? [] : [bytes(5, Buffer.concat(of.values.map((value) => bytes(1, value))))]),
  ]);
}

/** summary.proto, Summary.Value: tag = 1, simple_value = 2, tensor = 8, metadata = 9 */
export const scalar = (tag: string, value: number) => Buffer.concat([text(1, tag), field(2, 5, float(value))]);

const metadata = (plugin: string, content = Buffer.alloc(0)) =>
  bytes(9, bytes(1, Buffer.concat([text(1, plugin), bytes(2, content)])));

/** tensor.proto: dtype = 1, tensor_shape = 2, float_val = 5, string_val = 8 */
export function tensor(tag: string, of: { float?: number; string?: string; size?: number }, plugin?: string): Buffer {
  const size = of.size === undefined ? [] : [bytes(2, bytes(2, int(1, of.size)))];
  const content =
    of.float !== undefined ? [int(1, 1), ...size, bytes(5, float(of.float))] : [int(1, 7), ...size, text(8, of.string ?? "")];
  return Buffer.concat([text(1, tag), ...(plugin === undefined ? [] : [metadata(plugin)]), bytes(8, Buffer.concat(content))]);
}

/** plugin_data.proto of hparams: session_start_info = 3 with hparams = 1, a map to google.protobuf.Value */
export function hparams(of: Record<string, number | string | boolean>): Buffer {
  const value = (item: number | string | boolean) =>
    typeof item === "number" ? field(2, 1, double(item)) : typeof item === "string" ? text(3, item) : int(4, Number(item));
  const entries = Object.entries(of).map(([key, item]) => bytes(1, Buffer.concat([text(1, key), bytes(2, value(item))])));
  const start = Buffer.concat([int(1, 0), bytes(3, Buffer.concat(entries))]);
  return Buffer.concat([text(1, "_hparams_/session_start_info"), metadata("hparams", start)]);
}

/** A frame of TFRecord. */
export function record(data: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt(data.length));
  return Buffer.concat([head, sumOf(head), data, sumOf(data)]);
}

/** CRC-32C bit by bit, most significant bit first on reflected bytes: not the way the program goes. */
function sumOf(data: Uint8Array): Buffer {
  const reflected = (value: number, width: number) => {
    let out = 0n;
    for (let bit = 0; bit < width; bit++) if ((BigInt(value) >> BigInt(bit)) & 1n) out |= 1n << BigInt(width - 1 - bit);
    return Number(out);
  };
  const turned = Array.from({ length: 256 }, (_, byte) => reflected(byte, 8));
  let rest = 0xffffffff;
  for (const byte of data) {
    rest = (rest ^ (turned[byte] << 24)) >>> 0;
    for (let bit = 0; bit < 8; bit++) rest = rest & 0x80000000 ? ((rest << 1) ^ 0x1edc6f41) >>> 0 : (rest << 1) >>> 0;
  }
  const sum = (reflected(rest, 32) ^ 0xffffffff) >>> 0;
  const out = Buffer.alloc(4);
  out.writeUInt32LE((((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0);
  return out;
}
