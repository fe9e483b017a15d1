import type { Namespace, Socket } from "socket.io";
import type { PageToServer, ServerToPage } from "../../contract/wire/watchProtocol.ts";
import type { Hold } from "../access/access.ts";
import type { Reader } from "../access/reader.ts";

/** What is kept with a page's socket. */
export interface WatcherData {
  reader: Reader;
  hold: Hold;
}

/** What servers tell each other by the namespace's adapter: a frame of the relay, as JSON. */
export type ServerToServer = { relay: (frame: string) => void };

export type Watcher = Socket<PageToServer, ServerToPage, ServerToServer, WatcherData>;
export type WatchNamespace = Namespace<PageToServer, ServerToPage, ServerToServer, WatcherData>;
