import { open } from "node:fs/promises";

/** A file that was sent, in the scratch folder of its import. */
export interface UploadedFile {
  /** As it was called where it comes from, with the folders that it was in: "logs/run-1/events.out.tfevents.1". */
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
}

/** The first bytes of a file, at most so many. */
export async function headOf({ path }: UploadedFile, length: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

const marks = { zip: "504b0304", emptyZip: "504b0506" } as const;
export const isZip = (head: Buffer): boolean => Object.values(marks).includes(head.toString("hex", 0, 4) as "504b0304");

/** Ending of a name, in small letters: "csv"; "" for none. */
export const endingOf = (name: string): string => /\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";

/** Name without folders. */
export const baseName = (name: string): string => name.split(/[/\\]/).at(-1) ?? name;
