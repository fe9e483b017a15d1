import type { Namespace, Socket } from "socket.io";
import { heartbeat, type ServerToWorker, type WorkerToServer } from "../../contract/wire/workerProtocol.ts";
import { databaseTrouble } from "../../db/databaseTrouble.ts";
import { isTokenValid, type WorkerToken } from "../../db/queries/workers.ts";
import { refusals } from "../access/refusals.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import { describeError } from "../failures/describeError.ts";
import { log } from "../log/log.ts";
import { storeEvents } from "../services/events/storeEvents.ts";
import type { ConnectedWorker, WorkerConnection } from "../supervisor/connectedWorkers.ts";
import { handleHeartbeat } from "../supervisor/handleHeartbeat.ts";
import { handleOwnSets, ownSetsAssembly } from "../supervisor/handleOwnSets.ts";
import { registerWorker } from "../supervisor/registerWorker.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import { bearerOf, findWorkerToken } from "./admitHandshake.ts";
import { endAt } from "./endAt.ts";
import { refusal } from "./refusal.ts";
import type { TrafficGuard } from "./trafficGuard.ts";

interface WorkerData {
  /** null: it could not be looked up now. */
  token: WorkerToken | null;
}
type WorkerSocket = Socket<WorkerToServer, ServerToWorker, object, WorkerData>;

const assignTimeoutMs = 5_000;
/** A connection that has not said hello by then is cut. */
const helloMs = 10_000;
/** How long an answer about a token is trusted. */
const validForMs = 1_000;

export interface WorkerDoor {
  context: ServiceContext;
  supervisor: Supervisor;
  guard: TrafficGuard;
}

/** Takes in workers, their events and their heartbeats. */
export function serveWorkers(
  namespace: Namespace<WorkerToServer, ServerToWorker, object, WorkerData>,
  { context, supervisor, guard }: WorkerDoor,
): void {
  const known = knownTokens(context);
  supervisor.onTokenDropped((tokenId) => {
    known.forget(tokenId);
    namespace.in(tokenRoom(tokenId)).disconnectSockets(true);
  });
  namespace.use(async (socket, next) => {
    try {
      // Workers of earlier versions send it only here: if they get this far, they are asked to upgrade.
      const token = await findWorkerToken(context, bearerOf(socket.handshake.headers) ?? socket.handshake.auth.token);
      if (!token) return next(refusal("NOT_ALLOWED", refusals.unknownToken));
      socket.data.token = token;
      next();
    } catch (error) {
      log.error("admitting a worker", error);
      socket.data.token = null;
      next();
    }
  });
  namespace.on("connection", (socket) => {
    // A refusal would be final, whereas a worker that is cut off soon reconnects.
    if (!socket.data.token) return socket.disconnect(true);
    guard.trust((socket.conn as unknown as { id: string }).id);
    void socket.join(tokenRoom(socket.data.token.id));
    endAt(socket, socket.data.token.expiresAt);
    serveWorker(socket, socket.data.token, known, context, supervisor);
  });
}

/** All connections opened with one token: revoking it cuts them, whether or not they have said hello. */
const tokenRoom = (tokenId: string) => `token:${tokenId}`;

function serveWorker(
  socket: WorkerSocket,
  token: WorkerToken,
  known: KnownTokens,
  context: ServiceContext,
  supervisor: Supervisor,
): void {
  const { database } = context;
  const isValid = () => known.isValid(token.id);
  const line = makeLine(socket, isValid);
  let worker: ConnectedWorker | null = null;
  /** The identity it gave; a connection speaks for one worker. */
  let identity: unknown = null;
  let silence: NodeJS.Timeout | undefined;
  const awaitHello = () => {
    clearTimeout(silence);
    silence = setTimeout(() => socket.disconnect(true), helloMs).unref();
  };
  awaitHello();

  socket.on("hello", async (message, answer) => {
    if (typeof answer !== "function") return;
    const given = (message as { workerId?: unknown } | null)?.workerId;
    if (identity !== null && given !== identity) {
      answer({ ok: false, code: "NOT_ALLOWED", message: "This connection already speaks for another worker." });
      socket.disconnect(true);
      return;
    }
    identity = given;
    // It has spoken: where hundreds come at once, its turn may take a while.
    clearTimeout(silence);
    try {
      // It may have been revoked between the handshake and this.
      const greeting = await database.forWorkers(async () =>
        (await isTokenValid(database.orm, token.id)) ? registerWorker(context, supervisor, token, line, message) : null,
      );
      if (greeting === null) {
        answer({ ok: false, code: "NOT_ALLOWED", message: refusals.unknownToken });
        socket.disconnect(true);
        return;
      }
      worker = greeting.worker;
      if (!worker) awaitHello();
      answer(greeting.answer);
      if (worker && !socket.connected) supervisor.workers.remove(worker.id, line);
      supervisor.wake();
    } catch (error) {
      log.error("greeting a worker", error);
      socket.disconnect(true);
    }
  });

  socket.on("events", async (message, answer) => {
    if (typeof answer !== "function") return;
    if (!worker) return answer({ ok: false, code: "INTERNAL", message: "Say hello first." });
    const { id } = worker;
    try {
      const stored = await database.forWorkers(async () => ((await isValid()) ? storeEvents(context, id, message) : null));
      if (stored === null) {
        // Not final: with another token the worker sends them again.
        answer({ ok: false, code: "INTERNAL", message: refusals.unknownToken });
        return void socket.disconnect(true);
      }
      // See handleHeartbeat: not before its run may have been reclaimed.
      worker.lastHeardAt = performance.now();
      answer(stored);
    } catch (error) {
      const trouble = databaseTrouble(error);
      if (trouble) context.changes.trouble(trouble.failure.message);
      answer({ ok: false, code: "INTERNAL", message: trouble?.failure.message ?? describeError(error).message });
    }
  });

  socket.on("heartbeat", async (message, answer) => {
    if (typeof answer !== "function" || !worker) return;
    const beat = heartbeat.safeParse(message);
    if (!beat.success) return;
    // Without an answer the worker disconnects and reconnects, as it should while the database is away.
    const known = worker;
    await database
      .forWorkers(() => handleHeartbeat(context, known, beat.data), true)
      .then(
        (said) => (said === "elsewhere" ? supervisor.workers.drop(known) : answer(said)),
        (error) => log.error("heartbeat", error),
      );
  });

  const assemble = ownSetsAssembly();
  socket.on("ownSets", async (message) => {
    if (!worker) return;
    const known = worker;
    await database
      .forWorkers(() => handleOwnSets(context, known, assemble, message))
      .catch((error) => log.error("own sets", error));
    supervisor.arrived(known.id);
  });

  socket.on("leaving", () => {
    if (worker) supervisor.leaving(worker);
  });

  socket.on("disconnect", () => {
    clearTimeout(silence);
    if (worker && supervisor.workers.remove(worker.id, line)) supervisor.gone(worker.id);
  });
}

interface KnownTokens {
  isValid(id: string): Promise<boolean>;
  forget(id: string): void;
}

/** Whether tokens still let in: asked of the database at most once a second for each, however many workers came by it. */
function knownTokens(context: ServiceContext): KnownTokens {
  const asked = new Map<string, { at: number; answer: Promise<boolean> }>();
  return {
    isValid(id) {
      const last = asked.get(id);
      if (last && performance.now() - last.at < validForMs) return last.answer;
      const answer = isTokenValid(context.database.orm, id);
      const now = { at: performance.now(), answer };
      asked.set(id, now);
      answer.then(
        (isValid) => isValid || asked.delete(id),
        () => asked.get(id) === now && asked.delete(id),
      );
      return answer;
    },
    forget: (id) => void asked.delete(id),
  };
}

function makeLine(socket: WorkerSocket, isValid: () => Promise<boolean>): WorkerConnection {
  return {
    assign: async (assignments) => {
      // Unknown while the database is away: the run was claimed a moment ago.
      if (!(await isValid().catch(() => true))) {
        socket.disconnect(true);
        return assignments.map(() => ({ accepted: false, reason: "its token has expired or has been revoked" }));
      }
      return socket
        .timeout(assignTimeoutMs)
        .emitWithAck("assign", assignments)
        .catch(() => null);
    },
    cancel: (request) => void socket.emit("cancel", request),
    suspend: (request) => void socket.emit("suspend", request),
    disconnect: () => void socket.disconnect(true),
  };
}
