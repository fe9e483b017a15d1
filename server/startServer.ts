import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../db/database.ts";
import { exclusively } from "../db/exclusively.ts";
import { countMembers } from "../db/queries/people.ts";
import { markOf } from "./access/accessKey.ts";
import type { Front } from "./access/front.ts";
import { apiRoutes } from "./api/apiRoutes.ts";
import { makeApi } from "./api/serveApi.ts";
import { appRouter } from "./appRouter.ts";
import { openArtefacts } from "./artefacts/openArtefacts.ts";
import { openControlSocket } from "./backup/controlSocket.ts";
import { stageBackup } from "./backup/stageBackup.ts";
import { openBus } from "./cluster/bus.ts";
import { Leader } from "./cluster/leader.ts";
import { rosterTimes, ServerRoster } from "./cluster/serverRoster.ts";
import type { ServiceContext } from "./context/serviceContext.ts";
import { answerText } from "./http/answerText.ts";
import { type Handler, makeHandler } from "./http/handleRequest.ts";
import { listen, localAddress, reachableAddress } from "./http/listen.ts";
import { Readiness } from "./http/readiness.ts";
import { timeRequest } from "./http/timeRequest.ts";
import { startLaunchers } from "./launchers/startLaunchers.ts";
import { log } from "./log/log.ts";
import { observe } from "./metrics/gauges.ts";
import { keyFile, keyOf, openInstallation, openSignIn, placeOf } from "./openSignIn.ts";
import { openStorage } from "./openStorage.ts";
import { openPages, type Pages } from "./pages/openPages.ts";
import type { ServerSettings } from "./program/env.ts";
import { readProgramVersion } from "./program/programVersion.ts";
import { importRecordings } from "./recordings/importRecordings.ts";
import { serveProcedures } from "./routers/serveProcedures.ts";
import { watchFeatures } from "./services/features/watchFeatures.ts";
import { sendNotifications } from "./services/notifications/sendNotifications.ts";
import { LocalToken } from "./services/people/localToken.ts";
import { Refresher } from "./services/summaries/refresher.ts";
import { openLine } from "./sockets/openLine.ts";
import { openSockets } from "./sockets/openSockets.ts";
import { WatchHub } from "./sockets/watchHub.ts";
import { Supervisor } from "./supervisor/supervisor.ts";
import { LocalWorker } from "./worker/localWorker.ts";

/** A stopping server leaves a database that does not answer after the first time, and whatever still lasts after the second, ms. */
const stopMs = { database: 8_000, all: 9_500 } as const;

export interface RunningServer {
  /** What to open first. */
  address: string;
  /** Who is let in, for the person who starts it. */
  entryHint: string;
  stop(): Promise<void>;
}

/**
 * Starts everything on one port.
 * @param onDeath is called when the server cannot go on
 * @throws Failure in plain words if the port or the data folder is taken
 */
export async function startServer(
  settings: ServerSettings,
  pagesMode: "built" | "dev" | "none",
  onDeath: (error: Error) => void,
): Promise<RunningServer> {
  const undo: (() => Promise<unknown>)[] = [];
  const readiness = new Readiness();
  let database: Database | null = null;
  const stop = async () => {
    // A balancer looks now and then: until it has noticed, what it sends here is answered as ever.
    if (readiness.drain()) await sleep(settings.drainMs);
    const giveUp = setTimeout(() => database?.cut(), stopMs.database);
    const limit = sleep(stopMs.all, undefined, { ref: false });
    for (const step of undo.splice(0).reverse())
      await Promise.race([step().catch((error) => log.error("stopping", error)), limit]);
    clearTimeout(giveUp);
  };
  try {
    // A large file on a slow line may take its time; one that stands still is cut off where it is read.
    const http = createServer({ requestTimeout: 3_600_000 });
    // The port first: a second server should learn of the conflict before anything else happens.
    const port = await listen(http, settings);
    undo.push(() => new Promise((resolve) => http.close(resolve).closeAllConnections()));
    let starting = "Collapsar is starting.";
    let handle: Handler = async (_request, response) => answerText(response, 503, starting, { "retry-after": "1" });
    http.on("request", async (request, response) => {
      readiness.count(response);
      timeRequest(request, response);
      if (!(await readiness.answer(request, response))) await handle(request, response);
    });

    // The pages get ready while the database does.
    const dev = pagesMode === "dev";
    const opening: Promise<Pages | Error | null> =
      pagesMode === "none" ? Promise.resolve(null) : openPages(http, dev, { host: settings.host, port }).catch((error) => error);
    const opened = await openStorage(settings, onDeath, (why) => {
      starting = why === null ? "Collapsar is starting." : `Collapsar is waiting for ${why}.`;
    });
    database = opened;
    undo.push(() => opened.close());
    const version = readProgramVersion();
    const roster = new ServerRoster(opened, rosterTimes(settings.leaseTimes.leaseMs));
    await roster.join(version);
    undo.push(() => roster.leave());
    const key = keyOf(settings);
    await roster.agreeOnSignIn(key === null ? "single user" : markOf(key));
    const installation = await openInstallation(settings, opened.orm);
    const bus = await openBus(opened, roster.id, () => roster.peers());
    undo.push(() => bus.close());
    const leader = new Leader(opened, settings.leaseTimes.leaseMs);
    undo.push(() => leader.stop());
    const supervisor = new Supervisor(opened, {
      ...settings.leaseTimes,
      workerRestMs: settings.workerRestMs,
      leastRunMs: settings.leastRunMs,
    });
    const hub = new WatchHub();
    const publicUrl = settings.publicUrl ?? reachableAddress({ host: settings.host, port });
    const refresher = new Refresher();
    const refreshSoon = (id: string) => refresher.soon(id);
    let watched: ReturnType<typeof watchFeatures> | null = null;
    const context: ServiceContext = {
      database: opened,
      bus,
      leader,
      artefacts: await openArtefacts(settings, opened),
      keptCheckpoints: settings.keptCheckpoints,
      maxArtefactBytes: settings.maxArtefactBytes,
      leaseTimes: settings.leaseTimes,
      changes: hub,
      dispatch: supervisor,
      refreshSoon,
      publicUrl,
      shared: settings.accessKey !== null || (await countMembers(database.orm)) > 0,
      version,
      durability: settings.databaseUrl !== null ? "external" : settings.durable ? "forced" : "unforced",
      purgeAfterMs: settings.purgeAfterMs,
      retention: settings.retention,
      webhooks: settings.webhooks,
      watchedFolder: () => watched?.view() ?? null,
    };
    refresher.open(context);
    undo.push(() => refresher.stop());
    await supervisor.start(context);
    undo.push(() => supervisor.stop());

    const front: Front = {
      publicUrl,
      otherHosts: settings.otherHosts,
      thisMachineOnly: settings.accessKey === null,
      trustedProxies: settings.trustedProxies,
    };
    const signIn = await openSignIn(settings, context, { key, front, installation });
    const accessKey = signIn?.accessKey ?? null;
    const pages = await opening;
    if (pages instanceof Error) throw pages;
    if (pages) undo.push(() => pages.close());
    handle = makeHandler({
      procedures: (request, response, turns) =>
        serveProcedures(context, { accessKey, front }, appRouter, turns, request, response),
      api: makeApi(
        { context, accessKey, front, requestsPerMinute: settings.apiRequestsPerMinute, patienceMs: settings.apiPatienceMs },
        apiRoutes,
      ),
      context,
      signIn,
      front,
      pages: pages?.handle ?? null,
      dev,
      metricsToken: settings.metricsToken,
    });
    const line = openLine(opened.address, settings.redisUrl, installation.id);
    const sockets = openSockets(http, { context, supervisor, hub, accessKey, front, bounds: settings.trafficBounds, line });
    undo.push(() => sockets.close());
    observe({ database: opened, sockets: () => sockets.count(), slots: () => supervisor.workers.countSlots() });
    undo.push(async () => {
      http.close();
      await readiness.settled();
    });
    await supervisor.listen();
    await exclusively(opened, "recordings", () => importRecordings(opened));
    const localToken = new LocalToken(context);
    undo.push(() => localToken.end());
    undo.push(
      await openControlSocket(settings.dataDir, {
        backup: async () => ({ folder: await stageBackup(opened, settings.dataDir, context.version) }),
        token: async () => ({ token: await localToken.give(), port }),
      }),
    );
    if (settings.localWorker) {
      const worker = await LocalWorker.start(opened, settings.dataDir, localAddress({ host: settings.host, port }));
      undo.push(() => worker.stop());
    } else if (settings.databaseUrl !== null)
      log.info("No worker is started on this machine: with DATABASE_URL that is done only by COLLAPSAR_LOCAL_WORKER=on.");
    leader.every(1_000, "sending notifications", async () => {
      while (await sendNotifications(context));
    });
    if (settings.watch) {
      const watching = watchFeatures(context, settings.watch, settings.dataDir);
      watched = watching;
      undo.push(() => watching.stop());
    }
    undo.push(await startLaunchers(context, settings));
    readiness.ready(opened);
    const entryHint = settings.singleUser
      ? "COLLAPSAR_SINGLE_USER is 1: there is no sign-in, and every program and user of this machine has its owner's rights."
      : `This link signs one browser in, once. For more browsers, ${publicUrl}/enter takes the access key${settings.accessKey === null ? ` in ${keyFile(settings)}` : ""}; a restart prints a new link.`;
    if (accessKey) undo.push(() => accessKey.dropEntry(placeOf(settings)));
    return { address: publicUrl + ((await accessKey?.printEntry(placeOf(settings))) ?? ""), entryHint, stop };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}
