import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { isTerminal } from "../../../contract/status.ts";
import type { WatchedFolderView } from "../../../contract/wire/views.ts";
import { readRunState } from "../../../db/queries/runs.ts";
import type { Person } from "../../access/person.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { valuesText } from "../../imports/features/readRuns.ts";
import { WatchedFolder, type WatchedRun, type WatchedStore } from "../../imports/watch/watchedFolder.ts";
import { log } from "../../log/log.ts";
import { openExternalRun } from "../external/openExternalRun.ts";
import { storeExternalEvents } from "../external/storeExternalEvents.ts";
import { uuidOf } from "../external/uuidOf.ts";
import { fileBounds } from "./measureFeatures.ts";

export interface WatchSettings {
  folder: string;
  everyMs: number;
  /** A run for which nothing came for so long has ended, ms. */
  quietMs: number;
}

const shownProblems = 50;
const failedLook = "The last look into the folder failed and is repeated: the server's log says why.";

/** Whoever may write to the folder acts for the server's owner. */
const owner: Person = { role: "owner", memberId: null, name: null, sessionId: null, token: null };

/** Imports what comes into a folder, at the server that leads. @returns what ends it */
export function watchFeatures(
  context: ServiceContext,
  settings: WatchSettings,
  dataDir: string,
): { view(): WatchedFolderView; stop(): Promise<void> } {
  const { scratchBytes, reserveBytes } = fileBounds;
  const folder = new WatchedFolder(
    {
      ...{ folder: settings.folder, quietMs: settings.quietMs, scratchBytes, reserveBytes },
      ...{ statePath: join(dataDir, "watched.json"), scratchFolder: join(dataDir, "scratch") },
    },
    storeOf(context),
  );
  let turn: Promise<void> = Promise.resolve();
  let isLooking = false;
  let isStopped = false;
  let hasFailed = false;
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    turn = look().finally(() => {
      isLooking = false;
    });
  }, settings.everyMs);
  const look = async () => {
    try {
      if (await context.leader.leads()) await folder.look();
      hasFailed = false;
    } catch (error) {
      hasFailed = true;
      if (!isStopped) log.error("looking into the watched folder", error);
    }
  };
  log.info(`Features that are put into ${settings.folder}/<study>/<run>/ are imported.`);
  return {
    view() {
      const { imported, problems } = folder.report;
      const { latest } = folder;
      const all = hasFailed ? [failedLook, ...problems] : problems;
      return {
        ...{ folder: settings.folder, looksHere: context.leader.isLeader, imported },
        latest: latest && {
          ...{ study: latest.study, run: valuesText(latest.values), step: latest.step, split: latest.split },
          at: new Date(latest.at).toISOString(),
        },
        ...{ problems: all.slice(0, shownProblems), problemCount: all.length },
      };
    },
    async stop() {
      isStopped = true;
      clearInterval(timer);
      folder.stop();
      await turn;
    },
  };
}

function storeOf(context: ServiceContext): WatchedStore {
  const open = async ({ study, key, values, classNames }: WatchedRun, isGoingOn: boolean) => {
    const request = {
      ...{ study, config: values, runKey: uuidOf(`watched ${key}`), source: "features" as const },
      client: { name: "watched folder", version: context.version },
      ...(classNames && { classNames }),
    };
    const opened = await openExternalRun(context, owner, request);
    const run = await readRunState(context.database.orm, opened.runId);
    const hasEnded = run !== null && isTerminal(run.status);
    if (!hasEnded || !isGoingOn) return { ...opened, hasEnded };
    return {
      ...(await openExternalRun(context, owner, { ...request, session: randomUUID(), resumedFromStep: run.step })),
      hasEnded,
    };
  };
  return {
    async add(run, event, warnings) {
      const { runId, attempt, storedThrough } = await open(run, true);
      const lines = warnings.map((text) => ({ kind: "log" as const, level: "warning" as const, text: text.slice(0, 4_000) }));
      const events = [event, ...lines].map((one, at) => ({ seq: storedThrough + 1 + at, at: Date.now(), event: one }));
      return (await storeExternalEvents(context, owner, runId, { attempt, events })).warnings ?? [];
    },
    async end(run) {
      const { runId, attempt, storedThrough, hasEnded } = await open(run, false);
      if (hasEnded) return;
      const events = [{ seq: storedThrough + 1, at: Date.now(), event: { kind: "finished" as const } }];
      await storeExternalEvents(context, owner, runId, { attempt, events });
    },
  };
}
