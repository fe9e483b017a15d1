import { log, messageOf } from "../../log.ts";
import { readTokenFile } from "./tokenFile.ts";

/** The token that a worker shows: where it came from a file, the one that is there now. */
export class WorkerToken {
  private text: string;
  private readonly file: { path: string; flag: string } | null;

  constructor(text: string, file: { path: string; flag: string } | null) {
    this.text = text;
    this.file = file;
  }

  get current(): string {
    return this.text;
  }

  /** The server refuses it. @returns whether the file holds another one by now */
  readAgain(): boolean {
    if (this.file === null) return false;
    try {
      const found = readTokenFile(this.file.flag, this.file.path);
      const isOther = found !== this.text;
      this.text = found;
      return isOther;
    } catch (error) {
      log(messageOf(error));
      return false;
    }
  }
}
