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

/** What says which file it is. */
export type ArtefactKey = Pick<Artefact, "runId" | "attempt" | "name" | "sha256">;

/**
 * Where the bytes of runs' files are: a folder, or a store that several servers share. Which of them are kept is in the database.
 * Everything throws Failure UNAVAILABLE where the store does not answer, or answers that it cannot now.
 */
export interface Artefacts {
  /** For people, e.g. "the folder /data/artefacts". */
  readonly place: string;
  /**
   * Stores a file whole or not at all; the same one again changes nothing.
   * @throws Failure INVALID if what comes is not what was announced, DISK_FULL if there is no room for it
   */
  put(file: Omit<Artefact, "at">, content: Readable): Promise<void>;
  /** A file's bytes from one on. @throws Failure NOT_FOUND if it is gone, or has another size than it had */
  get(file: Omit<Artefact, "at">, from?: number): Promise<Readable>;
  /** Files of a run, of all its attempts. */
  list(runId: string): Promise<Artefact[]>;
  /** A file, which may be gone already. */
  remove(file: ArtefactKey): Promise<void>;
  /** All files of a run. */
  removeRun(runId: string): Promise<void>;
  /** Ids of the runs that have files. */
  runs(): Promise<string[]>;
  /** Removes what killed servers left half written, if it was begun, or last written to, so long ago. */
  tidy(olderThanMs: number): Promise<void>;
  /** The mark of the database that the files belong to; null if there is none. */
  readMark(): Promise<string | null>;
  writeMark(mark: string): Promise<void>;
}

/** `<attempt>.<sha256>.<name>` in a folder of the run: a name says all that is known of a file, so there is nothing that could disagree with it. */
const stored = /^(\d+)\.([0-9a-f]{64})\.(.+)$/;
const runFolder = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const storedName = ({ attempt, sha256, name }: ArtefactKey): string => `${attempt}.${sha256}.${name}`;

/** @returns null if it is not the name of a run's file */
export function parseStoredName(text: string): Pick<Artefact, "attempt" | "sha256" | "name"> | null {
  const [, attempt, sha256, name] = stored.exec(text) ?? [];
  return sha256 === undefined || name === undefined ? null : { attempt: Number(attempt), sha256, name };
}

export const isRunFolder = (name: string): boolean => runFolder.test(name);

/** @throws if it is not the id of a run */
export function requireRunId(runId: string): string {
  if (!isRunFolder(runId)) throw new Error(`${runId} is not the id of a run`);
  return runId;
}

/** Name of the object or file that holds the mark. */
export const markName = "belongs-to";
