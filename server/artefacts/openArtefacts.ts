import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../contract/failure.ts";
import { closeToOthers } from "../../db/closeToOthers.ts";
import type { Database } from "../../db/database.ts";
import { noteStore, readStore } from "../../db/queries/runFiles.ts";
import { log } from "../log/log.ts";
import type { ServerSettings } from "../program/env.ts";
import type { Artefacts } from "./artefacts.ts";
import { folderArtefacts } from "./folderArtefacts.ts";
import { s3Artefacts } from "./s3Artefacts.ts";

/** A store that takes longer to answer does not keep the server from starting. */
const startMs = 5_000;
/** A server that started at the same time has marked the store by then. */
const otherServerMs = 2_000;

/**
 * Opens the store of runs' files, and sees to it that it is this database's: the two carry the same mark. A store that does not answer
 * yet is opened when it is first used.
 * @throws Failure CONFLICT if it is another's, NOT_ALLOWED if it cannot be used as the settings are
 */
export async function openArtefacts(settings: ServerSettings, database: Database): Promise<Artefacts> {
  const { artefacts: place } = settings;
  if (place.kind === "folder") closeToOthers(place.folder);
  const store = place.kind === "s3" ? s3Artefacts(place) : folderArtefacts(place.folder, settings.reserveBytes);
  // In the data folder beside its database, it can be no other's.
  const isAlone = place.kind === "folder" && place.isOwn && settings.databaseUrl === null;
  const described = place.kind === "folder" ? `${store.place} on ${hostname()}` : store.place;
  const claim = () => claimStore(store, database, described, isAlone || place.adopt);
  let claiming: Promise<void> | null = null;
  const claimed = () => {
    claiming ??= claim().catch((error) => {
      claiming = null;
      throw error;
    });
    return claiming;
  };
  try {
    const silence = new Failure("UNAVAILABLE", `The store of runs' files does not answer: ${store.place}.`);
    await Promise.race([claimed(), sleep(startMs, undefined, { ref: false }).then(() => Promise.reject(silence))]);
    if (isAlone) await store.tidy(0);
  } catch (error) {
    if (!(error instanceof Failure) || !["UNAVAILABLE", "DISK_FULL"].includes(error.code)) throw error;
    log.warning(`${error.message} Runs train meanwhile, and workers keep their files until it works.`);
  }
  return afterwards(store, claimed);
}

/** @throws Failure CONFLICT */
async function claimStore(store: Artefacts, database: Database, place: string, takeOver: boolean): Promise<void> {
  if (await isMarked(store, database)) return;
  const [known, found] = [await readStore(database.orm), await store.readMark()];
  const wayOut =
    "If this place is to be the database's from now on, copy the files of runs here, or they are missing, and start one server once with COLLAPSAR_ARTEFACTS_ADOPT=1.";
  if (known !== null && !takeOver) {
    // A server that starts at the same time notes the place first, and marks it then.
    await sleep(otherServerMs);
    if (await isMarked(store, database)) return;
    throw new Failure(
      "CONFLICT",
      `The files of this database's runs are in ${known.place}, and this server is set to keep them in ${place}. Servers that share a database must share the place of its files: set COLLAPSAR_ARTEFACTS_DIR to one shared folder, or COLLAPSAR_S3_… to one bucket, alike for all of them. ${wayOut}`,
    );
  }
  if (known === null && found !== null && !takeOver)
    throw new Failure(
      "CONFLICT",
      `Files of runs are to be kept in ${place}, which belongs to another database: each database needs a place of its own. ${wayOut}`,
    );
  const noted = await noteStore(database.orm, { mark: randomUUID(), place }, takeOver);
  if (noted.isOurs) await store.writeMark(noted.mark);
  else await claimStore(store, database, place, false);
}

async function isMarked(store: Artefacts, database: Database): Promise<boolean> {
  const known = await readStore(database.orm);
  return known !== null && (await store.readMark()) === known.mark;
}

/** As workers and readers are told it: where the files are, and which settings are wrong, stands in the server's log alone. */
function forOthers(error: unknown, place: string): unknown {
  if (!(error instanceof Failure) || !["NOT_FOUND", "UNAVAILABLE", "NOT_ALLOWED", "CONFLICT"].includes(error.code)) return error;
  log.warning(error.message);
  if (error.code === "NOT_FOUND" || error.code === "UNAVAILABLE")
    return new Failure(error.code, error.message.replaceAll(place, place.split(" ", 2).join(" ")));
  return new Failure("UNAVAILABLE", "The store of runs' files cannot be used as the server is set up; its log says why.");
}

/** The store, each of whose calls waits until it is known to be this database's. */
function afterwards(store: Artefacts, claimed: () => Promise<void>): Artefacts {
  const first =
    <Arguments extends unknown[], Result>(call: (...given: Arguments) => Promise<Result>) =>
    async (...given: Arguments): Promise<Result> => {
      try {
        await claimed();
        return await call(...given);
      } catch (error) {
        throw forOthers(error, store.place);
      }
    };
  return {
    place: store.place,
    put: first(store.put),
    get: first(store.get),
    list: first(store.list),
    remove: first(store.remove),
    removeRun: first(store.removeRun),
    runs: first(store.runs),
    tidy: first(store.tidy),
    readMark: store.readMark,
    writeMark: store.writeMark,
  };
}
