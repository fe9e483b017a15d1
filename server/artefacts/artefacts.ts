import type { Readable } from "node:stream";

/** A file that a run left behind. */
export interface Artefact {
  runId: string;
  attempt: number;
  name: string;
  bytes: number;
  sha256: string;
  at: Date;
}

/** Where the files of runs are: a folder of the server's, or later a store that several servers share. */
export interface Artefacts {
  /**
   * Stores a file whole or not at all; the same one again changes nothing, another one of this name and attempt replaces it.
   * @throws Failure INVALID if what comes is not what was announced, DISK_FULL if there is no room for it
   */
  put(file: Omit<Artefact, "at">, content: Readable): Promise<void>;
  /** @throws if it is gone */
  get(file: Artefact): Readable;
  /** Files of a run, the newest attempt alone, by name. */
  list(runId: string): Promise<Artefact[]>;
  /** All files of a run. */
  remove(runId: string): Promise<void>;
  /** Ids of the runs that have files. */
  runs(): Promise<string[]>;
}
