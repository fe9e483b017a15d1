import { isPicture } from "./pictureFormats.ts";
import type { Entry } from "./readFolder.ts";

const shown = 8;

/** What of a folder's content is not read, by kind, for one warning. */
export class PassedOver {
  private readonly endings = new Map<string, number>();
  private readonly folders: string[] = [];
  hidden = 0;

  add(entry: Entry, where: string): void {
    if (entry.hidden) this.hidden++;
    else if (entry.kind === "folder") this.folders.push(`${where}/${entry.name}`);
    else {
      const ending = /[^.](\.[^.]{1,12})$/.exec(entry.name)?.[1].toLowerCase() ?? "without an ending";
      const what = isPicture(entry.name) ? `${ending} outside of the classes' folders` : ending;
      this.endings.set(what, (this.endings.get(what) ?? 0) + 1);
    }
  }

  /** @param where what was looked through @param read what would have been read */
  warnings(where: string, read: string): string[] {
    const list = (items: string[]) =>
      `${items.slice(0, shown).join(", ")}${items.length > shown ? ` and ${items.length - shown} more` : ""}`;
    const warnings: string[] = [];
    if (this.endings.size > 0) {
      const counts = [...this.endings].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
      const sum = counts.reduce((total, [, n]) => total + n, 0);
      const files = sum === 1 ? "1 file is" : `${sum} files are`;
      warnings.push(
        `${files} skipped in ${where} (pictures end in ${read}): ${list(counts.map(([ending, n]) => `${n} ${ending}`))}.`,
      );
    }
    if (this.folders.length > 0) {
      const folders = this.folders.length === 1 ? "1 folder is" : `${this.folders.length} folders are`;
      warnings.push(`${folders} skipped, because pictures are read only from the folders of the classes: ${list(this.folders)}.`);
    }
    return warnings;
  }
}
