/** Reads spoiled files as a worker does, in a process of its own, which may be killed by them. */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import sharp from "sharp";
import { formatCheckpoint, parseCheckpoint } from "../../workers/checkpoints/checkpointFile.ts";
import { newestCheckpoint, writeCheckpoint } from "../../workers/checkpoints/checkpointFolder.ts";
import { decodePicture } from "../../workers/data/formats/decodePicture.ts";
import { formatIdx, parseIdx } from "../../workers/data/formats/parseIdx.ts";
import { readPickle } from "../../workers/data/formats/readPickle.ts";
import { readTar } from "../../workers/data/formats/readTar.ts";
import { readTextTable } from "../../workers/data/formats/readTextTable.ts";
import { readZip } from "../../workers/data/formats/readZip.ts";
import { AttemptSpool } from "../../workers/spool/attemptSpool.ts";
import { openSpool } from "../../workers/spool/spool.ts";
import { mutateBytes } from "./hostile.ts";
import { Random } from "./random.ts";

const folder = mkdtempSync(join(tmpdir(), "collapsar-fuzz-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const inFolder = (name: string, bytes: Buffer): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};

const tsv = Buffer.from(Array.from({ length: 12 }, (_, i) => `${i % 3}\tsome words ${i}, "quoted" – ü\n`).join(""));
const csv = Buffer.from(`label,text\n${Array.from({ length: 12 }, (_, i) => `c${i % 2},"words, ${i} ""x"""\n`).join("")}`);
const pickle = Buffer.from("\x80\x02}q\x00(U\x06labelsq\x01]q\x02(K\x01K\x02eU\x04dataq\x03U\x06abcdefq\x04u.", "latin1");
const idx = Buffer.from(formatIdx({ shape: [4, 3, 3], values: new Uint8Array(36).fill(7) }));
const picture = await sharp({ create: { width: 9, height: 7, channels: 3, background: "red" } })
  .png()
  .toBuffer();
const photo = await sharp({ create: { width: 9, height: 7, channels: 3, background: "blue" } })
  .jpeg()
  .toBuffer();
const config = '{"a":1}';
const checkpoint = formatCheckpoint({
  ...{ step: 5, elapsedMs: 1, config, state: { parameters: new Float32Array(9) }, frame: null },
  layout: [{ name: "w", shape: [3, 3] }],
});

/** A tar entry of a name and its bytes, gzipped. */
function tar(): Buffer {
  const header = Buffer.alloc(512);
  header.write("folder/a.txt", 0);
  header.write("0000644\0", 100);
  header.write("00000000005\0", 124);
  header.write("        0ustar\x0000", 148);
  let sum = 0;
  for (const byte of header) sum += byte;
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return Buffer.concat([header, Buffer.from("hello"), Buffer.alloc(507), Buffer.alloc(1_024)]);
}

/** A zip of one stored file. */
function zip(): Buffer {
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50);
  local.writeUInt32LE(5, 18);
  local.writeUInt32LE(5, 22);
  local.writeUInt16LE(5, 26);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50);
  central.writeUInt32LE(5, 20);
  central.writeUInt32LE(5, 24);
  central.writeUInt16LE(5, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(51, 12);
  end.writeUInt32LE(40, 16);
  return Buffer.concat([local, Buffer.from("a.txthello"), central, Buffer.from("a.txt"), end]);
}

const lease = { runId: "7f3f2c1e-95c4-4b9e-8a59-0f4a3b5d6c7e", attempt: 2, lease: "x".repeat(22) };
function spoolBytes(): { events: Buffer; state: Buffer } {
  const spool = new AttemptSpool(folder, lease);
  const writer = openSpool(spool.path);
  for (let step = 0; step < 6; step++) writer.append({ kind: "measurement", step, values: { "train/loss": step }, missing: {} });
  writer.close();
  spool.save();
  return { events: read(spool.path), state: read(spool.path.replace(/jsonl$/, "json")) };
}
const { readFileSync } = await import("node:fs");
const read = (path: string) => readFileSync(path);
const spooled = spoolBytes();

/** Half of the spoiled checkpoints carry the right hash of their wrong bytes. */
function signed(random: Random, bytes: Buffer): Buffer {
  if (random.chance(0.5) || bytes.length < 66) return bytes;
  const body = bytes.subarray(0, -65);
  return Buffer.concat([body, Buffer.from(`${createHash("sha256").update(body).digest("hex")}\n`)]);
}

const readers: Record<string, (random: Random) => unknown> = {
  tsv: (random) => readTextTable(inFolder("a.tsv", mutateBytes(random, tsv)), "a.tsv"),
  csv: (random) => readTextTable(inFolder("a.csv", mutateBytes(random, csv)), "a.csv"),
  "tsv.gz": (random) => {
    const bytes = random.chance(0.5) ? gzipSync(mutateBytes(random, tsv)) : mutateBytes(random, gzipSync(tsv));
    return readTextTable(inFolder("a.tsv.gz", bytes), "a.tsv.gz");
  },
  pickle: (random) => readPickle(mutateBytes(random, pickle), "data_batch_1"),
  idx: (random) => parseIdx(mutateBytes(random, idx), "images"),
  tar: async (random) => {
    const bytes = random.chance(0.7) ? gzipSync(mutateBytes(random, tar())) : mutateBytes(random, gzipSync(tar()));
    for await (const { bytes: part } of readTar(bytes, "a.tar.gz", 1_000_000)) void part;
  },
  zip: (random) => readZip(mutateBytes(random, zip()), "a.zip", ["a.txt"], 1_000_000),
  picture: (random) => decodePicture(mutateBytes(random, random.chance(0.5) ? picture : photo), 8, "a.png", new Uint8Array(192)),
  checkpoint: (random) => parseCheckpoint(signed(random, mutateBytes(random, checkpoint))),
  "checkpoint folder": (random) => {
    const place = join(folder, "checkpoints");
    rmSync(place, { recursive: true, force: true });
    writeCheckpoint(place, { step: 5, elapsedMs: 1, config, state: { parameters: new Float32Array(9) }, frame: null });
    writeFileSync(join(place, "6.ckpt"), signed(random, mutateBytes(random, checkpoint)));
    const found = newestCheckpoint(place, config, () => undefined);
    if (found === null) throw new Error("the older checkpoint was not used");
  },
  spool: (random) => {
    const spool = new AttemptSpool(folder, lease);
    writeFileSync(spool.path, mutateBytes(random, spooled.events));
    for (let batch = spool.next(500); batch.length > 0; batch = spool.next(500)) spool.acknowledge(batch.at(-1)!.seq);
    spool.inspect();
  },
  "spool state": (random) => {
    const spool = new AttemptSpool(folder, lease);
    writeFileSync(spool.path, spooled.events);
    const state = inFolder(
      spool.path
        .split("/")
        .at(-1)!
        .replace(/jsonl$/, "json"),
      mutateBytes(random, spooled.state),
    );
    AttemptSpool.reopen(folder, state)?.next(500);
  },
};

const names = Object.keys(readers);

process.on("message", async ({ seed, index }: { seed: string; index: number }) => {
  if (index < 0) {
    globalThis.gc?.();
    process.send!({ megabytes: process.memoryUsage().rss / 1e6 });
    return;
  }
  const random = new Random(seed, "parsers", index);
  const name = random.pick(names);
  let told: string;
  try {
    await readers[name](random);
    told = "read";
  } catch (error) {
    const { name: kind, code, message, stack } = error as Error & { code?: string };
    const programs = ["TypeError", "ReferenceError", "RangeError", "AssertionError"].includes(kind);
    told = programs
      ? `${kind} ${message.slice(0, 80)} ${stack?.split("\n")[1]?.trim()}`
      : `refused ${kind === "Failure" ? code : ""}`.trim();
  }
  process.send!({ told: `${name}: ${told}` });
});
