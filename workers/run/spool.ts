import { closeSync, fstatSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import type { RunEvent, SpooledEvent } from "../../contract/runEvents.ts";

/**
 * A run's events wait on disk, one JSON line each, numbered from 1 in each attempt, until the server has stored them.
 * The run's process appends; the agent reads behind it, and appends only after that process has ended.
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

export function spoolPath(folder: string, runId: string, attempt: number): string {
  return join(folder, `${runId}.${attempt}.jsonl`);
}

/** Opens a spool to append, going on after its last whole line: a line torn by a crash is cut off. */
export function openSpool(path: string): SpoolWriter {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, "a+");
  let { offset: size, lastSeq } = lastWholeLine(file);
  ftruncateSync(file, size);
  return {
    path,
    get lastSeq() {
      return lastSeq;
    },
    append(event) {
      const spooled: SpooledEvent = { seq: lastSeq + 1, at: Date.now(), event };
      const line = Buffer.from(`${JSON.stringify(spooled)}\n`);
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
  /** Where the next read goes on: the end of the last whole line read. */
  offset: number;
}

/**
 * Whole lines of a spool from a byte position on, at most about `maxBytes` (but one line at least); a line still being
 * written is left for the next read. The lines were written by this program and are not parsed against the schema here.
 * @throws if the file is not there, or a whole line is no JSON
 */
export function readSpool(path: string, offset = 0, maxBytes = 1_000_000): SpoolRead {
  const file = openSync(path, "r");
  try {
    const available = fstatSync(file).size - offset;
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

function parseLines(text: Buffer, offset: number): SpoolRead {
  const events: SpooledEvent[] = [];
  const ends: number[] = [];
  for (let from = 0; from < text.length; ) {
    const to = text.indexOf(newline, from);
    events.push(JSON.parse(text.toString("utf8", from, to)) as SpooledEvent);
    from = to + 1;
    ends.push(offset + from);
  }
  return { events, ends, offset: offset + text.length };
}

function lastWholeLine(file: number): { offset: number; lastSeq: number } {
  const size = fstatSync(file).size;
  for (let bytes = Math.min(65_536, size); bytes > 0; bytes = Math.min(bytes * 4, size)) {
    const tail = readBytes(file, size - bytes, bytes);
    const end = tail.lastIndexOf(newline);
    const start = end < 0 ? -1 : tail.lastIndexOf(newline, end - 1);
    if (end >= 0 && (start >= 0 || bytes === size)) {
      const line = JSON.parse(tail.toString("utf8", start + 1, end)) as SpooledEvent;
      return { offset: size - bytes + end + 1, lastSeq: line.seq };
    }
    if (bytes === size) break;
  }
  return { offset: 0, lastSeq: 0 };
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
