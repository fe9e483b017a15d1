import type { Hold } from "../access.ts";
import type { Reader } from "../services/reader.ts";

/** What is kept with a page's socket. */
export interface WatcherData {
  reader: Reader;
  hold: Hold;
}
