import type { OpenShare } from "../services/openShare.ts";
import type { Reader } from "../services/reader.ts";

/** What is kept with a page's socket. */
export interface WatcherData {
  reader: Reader;
  share: OpenShare | null;
}
