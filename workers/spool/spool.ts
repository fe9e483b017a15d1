import { closeSync, fstatSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import type { RunEvent, SpooledEvent } from "../../contract/wire/runEvents.ts";

/**
 * A run's events wait on disk, one JSON line each, numbered from 1 in each attempt, until the server has stored them; each line ends
 * with the checksum of what is before it. The run's process appends; the agent reads behind it, and appends only after that process
 * has ended.
 */
export interface SpoolWriter {
  readonly path: string;
  /** Number of the last event in the file; 0 while it is empty. */
  readonly lastSeq: number;
  /** Appends in one write, before anything else happens. @returns the event's number @throws when the disk refuses */
  append(event: RunEvent): number;
  /** Waits until the disk has everything: called before a checkpoint, so that no checkpoint runs ahead of its measurements. */
  sync(): void;
  close(): void;
}

/** A whole line of a spool is not what was written. */
export class DamagedSpool extends Error {
  override readonly name = "DamagedSpool";
}

export function spoolPath(folder: string, runId: string, attempt: number): string {
  return join(folder, `${runId}.${attempt}.jsonl`);
}

/**
 * Opens a spool to append, continuing after its last whole line: a line torn by a crash is cut off.
 * @param after number of the event before the first one, for a spool that is empty
 * @throws DamagedSpool if its last whole line is damaged
 */
export function openSpool(path: string, after = 0): SpoolWriter {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, "a+");
  let { offset: size, lastSeq } = lastWholeLine(file) ?? { offset: 0, lastSeq: after };
  ftruncateSync(file, size);
  return {
    path,
    get lastSeq() {
      return lastSeq;
    },
    append(event) {
      const spooled: SpooledEvent = { seq: lastSeq + 1, at: Date.now(), event };
      const line = Buffer.from(formatLine(spooled));
      try {
        for (let written = 0; written < line.length; ) written += writeSync(file, line, written);
      } catch (error) {
        ftruncateSync(file, size); // half a line would make the next one unreadable
        throw error;
      }
      size += line.length;
      lastSeq = spooled.seq;
      return lastSeq;
    },
    sync: () => fsyncSync(file),
    close: () => closeSync(file),
  };
}

export interface SpoolRead {
  events: SpooledEvent[];
  /** Byte position after each event, so that a reader can keep how far it got. */
  ends: number[];
  /** Where the next read continues: the end of the last whole line read. */
  offset: number;
}

/**
 * Whole lines of a spool from a byte position on, at most about `maxBytes` (but one line at least); a line still being
 * written is left for the next read. The lines were written by this program and are not parsed against the schema here.
 * @throws if the file is not there; DamagedSpool if the first whole line is damaged (those before a damaged one are read first), or
 * the file ends before the position
 */
export function readSpool(path: string, offset = 0, maxBytes = 1_000_000): SpoolRead {
  if (!statSync(path).isFile()) throw new DamagedSpool("something else is in its place");
  const file = openSync(path, "r");
  try {
    const available = fstatSync(file).size - offset;
    if (available < 0)
      throw new DamagedSpool(`the spool was cut off at byte ${offset + available}, after ${offset} bytes of it were read`);
    for (let bytes = Math.min(maxBytes, available); bytes > 0; bytes = Math.min(bytes * 4, available)) {
      const text = readBytes(file, offset, bytes);
      const end = text.lastIndexOf(newline) + 1;
      if (end > 0) return parseLines(text.subarray(0, end), offset);
      if (bytes >= available) break;
    }
    return { events: [], ends: [], offset };
  } finally {
    closeSync(file);
  }
}

const newline = 10;
/** `,"crc":"0a1b2c3d"}` */
const checksumLength = 18;

const checksum = (text: string): string => crc32(text).toString(16).padStart(8, "0");

function formatLine(spooled: SpooledEvent): string {
  const text = JSON.stringify(spooled);
  return `${text.slice(0, -1)},"crc":"${checksum(text)}"}\n`;
}

/** Lines of earlier versions have no checksum. */
function parseLine(line: string, at: number): SpooledEvent {
  const damaged = (why: string) => new DamagedSpool(`the line at byte ${at} of the spool ${why}`);
  const stated = /^,"crc":"([0-9a-f]{8})"\}$/.exec(line.slice(-checksumLength))?.[1];
  const text = stated === undefined ? line : `${line.slice(0, -checksumLength)}}`;
  if (stated !== undefined && checksum(text) !== stated) throw damaged("does not have its checksum");
  let spooled: SpooledEvent;
  try {
    spooled = JSON.parse(text) as SpooledEvent;
  } catch {
    throw damaged("is not JSON");
  }
  if (Object.keys(spooled ?? {}).join() !== "seq,at,event") throw damaged("is not an event");
  return spooled;
}

function parseLines(text: Buffer, offset: number): SpoolRead {
  const events: SpooledEvent[] = [];
  const ends: number[] = [];
  for (let from = 0; from < text.length; ) {
    const to = text.indexOf(newline, from);
    try {
      events.push(parseLine(text.toString("utf8", from, to), offset + from));
    } catch (error) {
      if (events.length === 0) throw error;
      break;
    }
    from = to + 1;
    ends.push(offset + from);
  }
  return { events, ends, offset: ends.at(-1) ?? offset };
}

/** @returns null if there is none */
function lastWholeLine(file: number): { offset: number; lastSeq: number } | null {
  const size = fstatSync(file).size;
  for (let bytes = Math.min(65_536, size); bytes > 0; bytes = Math.min(bytes * 4, size)) {
    const tail = readBytes(file, size - bytes, bytes);
    const end = tail.lastIndexOf(newline);
    const start = end < 0 ? -1 : tail.lastIndexOf(newline, end - 1);
    if (end >= 0 && (start >= 0 || bytes === size)) {
      const line = parseLine(tail.toString("utf8", start + 1, end), size - bytes + start + 1);
      return { offset: size - bytes + end + 1, lastSeq: line.seq };
    }
    if (bytes === size) break;
  }
  return null;
}

function readBytes(file: number, position: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  let read = 0;
  while (read < bytes) {
    const count = readSync(file, buffer, read, bytes - read, position + read);
    if (count === 0) break;
    read += count;
  }
  return buffer.subarray(0, read);
}
