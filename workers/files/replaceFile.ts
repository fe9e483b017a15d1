import { renameSync, writeFileSync } from "node:fs";
import { clearForFile } from "./setAside.ts";

/** Whole or not at all: a reader never sees half of it. @throws if the disk cannot be written */
export function replaceFile(file: string, content: string): void {
  for (const name of [file, `${file}.new`]) clearForFile(name);
  writeFileSync(`${file}.new`, content);
  renameSync(`${file}.new`, file);
}
