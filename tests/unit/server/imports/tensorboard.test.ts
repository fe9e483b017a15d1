import { describe, expect, test } from "vitest";
import { readTensorBoard, tensorboardKind } from "../../../../server/services/imports/kinds/tensorboardKind.ts";
import { crc32c, masked } from "../../../../server/services/imports/tensorboard/crc32c.ts";
import { scalarOf } from "../../../../server/services/imports/tensorboard/scalarOf.ts";
import { bytes, double, event, float, hparams, record, scalar, tensor, text, varint } from "./eventFiles.ts";
import { fileOf, messagesOf, runsOf } from "./importFiles.ts";

const read = (files: Record<string, Uint8Array[]>) =>
  readTensorBoard({
    files: Object.entries(files).map(([name, parts]) => fileOf(name, Buffer.concat(parts))),
  });
const events = "events.out.tfevents.1700000000.host.1.0";
const head = record(event({ version: "brain.Event:2", wallTime: 1_700_000_000 }));

test("the sum is CRC-32C: the published check values", () => {
  const of = (list: Iterable<number>) => crc32c(Uint8Array.from(list));
  expect(crc32c(Buffer.from("123456789"))).toBe(0xe3069283);
  // RFC 3720, B.4
  expect(of(Array(32).fill(0))).toBe(0x8a9136aa);
  expect(of(Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(of(Array.from({ length: 32 }, (_, at) => at))).toBe(0x46dd794e);
  expect(of(Array.from({ length: 32 }, (_, at) => 31 - at))).toBe(0x113fdb5c);
  expect(crc32c(Buffer.from("6789"), crc32c(Buffer.from("12345")))).toBe(0xe3069283);
  // What event files begin with: a length of 24 bytes, and its masked sum, as TensorFlow writes it.
  expect(masked(crc32c(Buffer.from("1800000000000000", "hex")))).toBe(Buffer.from("a37f4b22", "hex").readUInt32LE(0));
});

test("folders are runs, pairs in their names are axes, scalars of both forms are series", async () => {
  const draft = await read({
    [`logs/depth=2,seed=0/${events}`]: [
      head,
      record(event({ step: 0, values: [scalar("train/loss", 2), scalar("nc1", 0.5)] })),
      record(event({ step: 100, values: [scalar("train/loss", 0.25)] })),
    ],
    [`logs/depth=4_seed=0/${events}.v2`]: [
      head,
      record(event({ step: 1, values: [tensor("train/loss", { float: 0.125 }, "scalars")] })),
      record(event({ step: 2, values: [tensor("train/loss", { float: 0.0625 })] })),
    ],
  });
  expect(draft.name).toBe("logs");
  expect(runsOf(draft)).toEqual([
    {
      name: "depth=2,seed=0",
      values: { depth: 2, seed: 0 },
      series: {
        "log/nc1": [[0, 0.5]],
        "log/train/loss": [
          [0, 2],
          [100, 0.25],
        ],
      },
    },
    {
      name: "depth=4_seed=0",
      values: { depth: 4, seed: 0 },
      series: {
        "log/train/loss": [
          [1, 0.125],
          [2, 0.0625],
        ],
      },
    },
  ]);
  expect(messagesOf(draft)).toEqual([]);
  expect(draft.runs[0]).toMatchObject({ startedAt: new Date(1_700_000_000_000) });
});

test("several files of one folder are one run; what was written later counts", async () => {
  const later = "events.out.tfevents.1700009999.host.2.0";
  const draft = await read({
    [`run/${later}`]: [
      head,
      record(event({ step: 10, values: [scalar("loss", 3)] })),
      record(event({ step: 20, values: [scalar("loss", 1)] })),
    ],
    [`run/${events}`]: [
      head,
      record(event({ step: 0, values: [scalar("loss", 8)] })),
      record(event({ step: 10, values: [scalar("loss", 4)] })),
    ],
  });
  expect(runsOf(draft)).toEqual([
    {
      name: "run",
      values: { run: "run" },
      series: {
        "log/loss": [
          [0, 8],
          [10, 3],
          [20, 1],
        ],
      },
    },
  ]);
});

test("hparams are axes, also where PyTorch wrote them into a folder below the run's", async () => {
  const hp = hparams({ lr: 0.1, arch: "resnet", bn: true });
  const draft = await read({
    [`a/one/${events}`]: [head, record(event({ values: [hp] })), record(event({ step: 1, values: [scalar("loss", 1)] }))],
    [`a/two/${events}`]: [head, record(event({ step: 1, values: [scalar("loss", 2)] }))],
    [`a/two/1700000000.123456/${events}`]: [
      head,
      record(event({ values: [hparams({ lr: 0.2, arch: "mlp", bn: false })] })),
      record(event({ step: 1, values: [scalar("hparam/accuracy", 0.5)] })),
    ],
  });
  expect(runsOf(draft)).toEqual([
    { name: "one", values: { lr: 0.1, arch: "resnet", bn: true }, series: { "log/loss": [[1, 1]] } },
    {
      name: "two",
      values: { lr: 0.2, arch: "mlp", bn: false },
      series: { "log/hparam/accuracy": [[1, 0.5]], "log/loss": [[1, 2]] },
    },
  ]);
});

test("pictures, histograms, texts and long records are passed over; NaN and infinities are gaps", async () => {
  const long = Buffer.concat([bytes(4, Buffer.alloc(1_500_000, 7))]);
  const draft = await read({
    [`run/${events}`]: [
      head,
      record(Buffer.concat([event({ step: 3 }), long])),
      record(event({ step: 4, values: [tensor("words", { string: "x" }, "text"), tensor("many", { float: 1, size: 3 })] })),
      record(
        event({ step: 5, values: [scalar("loss", Number.NaN), scalar("loss2", Number.POSITIVE_INFINITY), scalar("ok", -0.5)] }),
      ),
    ],
  });
  expect(runsOf(draft)[0].series).toEqual({ "log/ok": [[5, -0.5]] });
  expect(messagesOf(draft)).toEqual([
    expect.stringMatching(
      /^warning: Values that are NaN or infinite: 2 \(the first: NaN at step 5 in run\/events.*“loss”\)\. They become gaps\.$/,
    ),
  ]);
});

describe("what is damaged", () => {
  const good = [head, record(event({ step: 1, values: [scalar("loss", 1)] }))];
  const whole = Buffer.concat(good);
  const refusal = (content: Uint8Array, name = events) =>
    read({ [name]: [content] }).then(
      () => "",
      (error: Error) => error.message,
    );

  test("is said with its place: a wrong sum of a length or of data, what is no event", async () => {
    const flipped = (at: number) => Uint8Array.from(whole, (byte, place) => (place === at ? byte ^ 1 : byte));
    const second = head.length;
    expect(await refusal(flipped(second))).toMatch(
      new RegExp(
        `^${events}, byte ${second}: the length of a record does not fit its checksum \\(0x[0-9a-f]{8}; its bytes give 0x[0-9a-f]{8}\\)`,
      ),
    );
    expect(await refusal(flipped(second + 14))).toMatch(
      new RegExp(`^${events}, byte ${second}: the data of a record do not fit their checksum .* copy it again\\.$`),
    );
    expect(await refusal(record(Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f])))).toBe(
      `${events}, byte 0: a record is no event of TensorBoard, though its checksum is right.`,
    );
  });

  test("at its end is left out, and said: a training that was stopped", async () => {
    for (const cut of [1, 5, 13, 20]) {
      const file = whole.subarray(0, whole.length - cut);
      const draft = await read({ [`run/${events}`]: [file, new Uint8Array()] });
      expect(messagesOf(draft)).toEqual([
        `warning: run/${events} ends within a record, at byte ${file.length}, as where a training was stopped while it wrote: what is whole before byte ${head.length} is read.`,
      ]);
    }
    expect(await refusal(whole.subarray(0, 20))).toBe(
      `${events} ends within its first record, at byte 20: it is no event file, or was cut off.`,
    );
  });

  test("claims no memory: a length of 2^63 whose sum is right", async () => {
    const claim = Buffer.alloc(12);
    claim.writeBigUInt64LE(2n ** 63n);
    claim.writeUInt32LE(masked(crc32c(claim.subarray(0, 8))), 8);
    expect(await refusal(claim)).toMatch(/ends within its first record, at byte 12/);
    const draft = await read({ [`run/${events}`]: [whole, claim] });
    expect(messagesOf(draft)).toEqual([expect.stringMatching(/ends within a record/)]);
  });
});

test("numbers of every type that a scalar has", () => {
  const of = (dtype: number, content: Buffer) => scalarOf({ dtype, content });
  expect(of(1, float(0.1))).toBe(Math.fround(0.1));
  expect(of(2, double(0.1))).toBe(0.1);
  expect(of(3, Buffer.from([0xfe, 0xff, 0xff, 0xff]))).toBe(-2);
  expect(of(9, Buffer.from("0100000000000000", "hex"))).toBe(1);
  // Of 16 bits: 1.5, 2^-24, 65504, and 1.5, -3.140625 with a float's exponent.
  expect(["003e", "0100", "ff7b"].map((hex) => of(19, Buffer.from(hex, "hex")))).toEqual([1.5, 2 ** -24, 65504]);
  expect(["c03f", "49c0"].map((hex) => of(14, Buffer.from(hex, "hex")))).toEqual([1.5, -3.140625]);
  expect(scalarOf({ dtype: 19, halfVal: [0x3e00] })).toBe(1.5);
  expect(scalarOf({ dtype: 1, floatVal: [0.5] })).toBe(0.5);
  expect(scalarOf({ dtype: 1 })).toBe(0);
  expect(scalarOf({ dtype: 7 })).toBeNull();
  expect(scalarOf({ dtype: 1, content: Buffer.alloc(8) })).toBeNull();
  expect(scalarOf({ dtype: 1, shape: { dim: [{ size: 2 }] }, floatVal: [1, 2] })).toBeNull();
});

test("is told by its name or its first bytes", async () => {
  const fitOf = (name: string, content: Uint8Array) => tensorboardKind.detect([fileOf(name, content)]);
  expect(await fitOf(events, head)).toBe("sure");
  expect(await fitOf("renamed.bin", head)).toBe("sure");
  expect(await fitOf("notes.txt", Buffer.from("twelve bytes and more"))).toBe("no");
});

// The writer has no word of the program's own: varints and fields by hand.
test("the tests' writer writes what protobuf's documentation shows", () => {
  expect(varint(150n).toString("hex")).toBe("9601");
  expect(text(2, "testing").toString("hex")).toBe("120774657374696e67");
});
