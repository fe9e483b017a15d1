import type { SentFile } from "./sendImport.ts";

/** Files that programs leave in folders for themselves. */
const isHidden = (name: string) => name.split("/").some((part) => part.startsWith(".") || part === "__MACOSX");

/** Files of a file chooser; those of a folder with their place in it. */
export const filesOfInput = (list: FileList): SentFile[] =>
  [...list].map((file) => ({ name: file.webkitRelativePath || file.name, file }));

/** What was dropped, with everything that is in dropped folders. */
export async function filesOfDrop(transfer: DataTransfer): Promise<SentFile[]> {
  // The list is empty once the event is over: entries are taken from it first.
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (entries.length === 0) return [...transfer.files].map((file) => ({ name: file.name, file }));
  return (await Promise.all(entries.map((entry) => filesOfEntry(entry, "")))).flat();
}

async function filesOfEntry(entry: FileSystemEntry, folder: string): Promise<SentFile[]> {
  const name = `${folder}${entry.name}`;
  if (entry.isFile)
    return [{ name, file: await new Promise<File>((done, fail) => (entry as FileSystemFileEntry).file(done, fail)) }];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: SentFile[] = [];
  // It gives a hundred at a time.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((done, fail) => reader.readEntries(done, fail));
    if (some.length === 0) return found;
    for (const one of some) found.push(...(await filesOfEntry(one, `${name}/`)));
  }
}

/** Files that are sent: of a folder with TensorBoard's, which lie among checkpoints and notes, those alone. */
export function wantedFiles(files: readonly SentFile[]): { wanted: SentFile[]; leftOut: number } {
  const events = files.filter(({ name }) => name.includes("tfevents"));
  const wanted =
    events.length > 0 && files.length > 1 ? events : files.filter(({ name }) => files.length === 1 || !isHidden(name));
  return { wanted, leftOut: files.length - wanted.length };
}
