import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { Failure } from "../../../contract/failure.ts";
import { cannotRead } from "../cannotRead.ts";
import { UsageFailure } from "../usageFailure.ts";

/** Largest study's file: a note of 20,000 characters beside a full grid is a tenth of it. */
const maxBytes = 256_000;

/**
 * The text of a study's file, "-" being the standard input.
 * @throws Failure for what is no file, is too large or no UTF-8
 */
export function readStudyText(file: string): string {
  const bytes = readCapped(file);
  if (bytes.length > maxBytes)
    throw new Failure(
      "INVALID",
      `${file} is larger than ${maxBytes.toLocaleString("en")} bytes, the most that a study's file may have.`,
    );
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Failure("INVALID", `${file} is not text in UTF-8: save it in that encoding.`);
  }
}

function readCapped(file: string): Buffer {
  if (file === "-" && process.stdin.isTTY)
    throw new UsageFailure("“-” reads the study from another program, and none is connected: name a file.");
  let opened: number | null = null;
  try {
    opened = file === "-" ? 0 : openSync(file, "r");
    if (fstatSync(opened).isDirectory()) throw new Failure("INVALID", `${file} is a folder: name a file.`);
    const whole = Buffer.alloc(maxBytes + 1);
    let size = 0;
    while (size < whole.length) {
      const read = readSome(opened, whole, size);
      if (read === 0) break;
      size += read;
    }
    return whole.subarray(0, size);
  } catch (error) {
    throw cannotRead(file, error);
  } finally {
    if (opened !== null && opened !== 0) closeSync(opened);
  }
}

/** A pipe whose writer has not written yet may answer "try again". */
function readSome(opened: number, into: Buffer, at: number): number {
  for (;;) {
    try {
      return readSync(opened, into, at, into.length - at, null);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EOF") return 0;
      if (code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}
