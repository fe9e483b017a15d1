import type { Hold } from "../access/access.ts";
import type { Reader } from "../access/reader.ts";

/** What is kept with a page's socket. */
export interface WatcherData {
  reader: Reader;
  hold: Hold;
}
