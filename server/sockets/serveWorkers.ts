import type { Namespace, Socket } from "socket.io";
import { heartbeat, type ServerToWorker, type WorkerToServer } from "../../contract/workerProtocol.ts";
import { admitWorkerToken, isTokenValid } from "../../db/queries/workers.ts";
import { describeError } from "../describeError.ts";
import type { ServiceContext } from "../services/context.ts";
import { digest } from "../services/secrets.ts";
import { storeEvents } from "../services/storeEvents.ts";
import { greetWorker } from "../supervisor/greetWorker.ts";
import { hearOwnSets, ownSetsAssembly } from "../supervisor/hearOwnSets.ts";
import { hearWorker } from "../supervisor/hearWorker.ts";
import type { ConnectedWorker, WorkerLine } from "../supervisor/roster.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import { refusal } from "./refusal.ts";
import type { TrafficGuard } from "./trafficGuard.ts";

interface WorkerData {
  /** null: it could not be looked up now. */
  token: { id: string; local: boolean } | null;
}
type WorkerSocket = Socket<WorkerToServer, ServerToWorker, object, WorkerData>;

const assignTimeoutMs = 5_000;
/** A connection that has not said hello by then is cut. */
const helloMs = 10_000;

export interface WorkerDoor {
  context: ServiceContext;
  supervisor: Supervisor;
  guard: TrafficGuard;
}

const unknownToken = "This token is unknown or has been revoked: make one on the page Workers.";

/** Takes in workers, their events and their heartbeats. */
export function serveWorkers(
  namespace: Namespace<WorkerToServer, ServerToWorker, object, WorkerData>,
  { context, supervisor, guard }: WorkerDoor,
): void {
  supervisor.onTokenDropped((tokenId) => namespace.in(tokenRoom(tokenId)).disconnectSockets(true));
  namespace.use(async (socket, next) => {
    try {
      const given: unknown = socket.handshake.auth.token;
      const token =
        typeof given === "string" && given.length <= 200 ? await admitWorkerToken(context.database.orm, digest(given)) : null;
      if (!token) return next(refusal("NOT_ALLOWED", unknownToken));
      socket.data.token = token;
      next();
    } catch (error) {
      console.error("admitting a worker:", (error as Error).message);
      socket.data.token = null;
      next();
    }
  });
  namespace.on("connection", (socket) => {
    // A refusal would be final: one that is cut off calls again soon.
    if (!socket.data.token) return socket.disconnect(true);
    guard.trust((socket.conn as unknown as { id: string }).id);
    void socket.join(tokenRoom(socket.data.token.id));
    serveWorker(socket, socket.data.token, context, supervisor);
  });
}

/** All connections that came by one token: revoking it cuts them, whether they said hello or not. */
const tokenRoom = (tokenId: string) => `token:${tokenId}`;

function serveWorker(
  socket: WorkerSocket,
  token: { id: string; local: boolean },
  context: ServiceContext,
  supervisor: Supervisor,
): void {
  const line = makeLine(socket);
  let worker: ConnectedWorker | null = null;
  /** The identity it gave; a connection speaks for one worker. */
  let identity: unknown = null;
  const silence = setTimeout(() => socket.disconnect(true), helloMs);
  silence.unref();

  socket.on("hello", async (message, answer) => {
    if (typeof answer !== "function") return;
    const given = (message as { workerId?: unknown } | null)?.workerId;
    if (identity !== null && given !== identity) {
      answer({ ok: false, code: "NOT_ALLOWED", message: "This connection already speaks for another worker." });
      socket.disconnect(true);
      return;
    }
    identity = given;
    try {
      // It may have been revoked between the handshake and this.
      if (!(await isTokenValid(context.database.orm, token.id))) {
        answer({ ok: false, code: "NOT_ALLOWED", message: unknownToken });
        socket.disconnect(true);
        return;
      }
      const greeting = await greetWorker(context, supervisor, token, line, message);
      worker = greeting.worker;
      if (worker) clearTimeout(silence);
      answer(greeting.answer);
      if (worker && !socket.connected) supervisor.roster.remove(worker.id, line);
      supervisor.wake();
    } catch (error) {
      console.error("greeting a worker:", (error as Error).message);
      socket.disconnect(true);
    }
  });

  socket.on("events", async (message, answer) => {
    if (typeof answer !== "function") return;
    if (!worker) return answer({ ok: false, code: "INTERNAL", message: "Say hello first." });
    worker.heardAt = performance.now();
    try {
      answer(await storeEvents(context, worker.id, message));
    } catch (error) {
      answer({ ok: false, code: "INTERNAL", message: describeError(error).message });
    }
  });

  socket.on("heartbeat", async (message, answer) => {
    if (typeof answer !== "function" || !worker) return;
    const beat = heartbeat.safeParse(message);
    if (!beat.success) return;
    // Without an answer the worker hangs up and calls again: so it does while the database is away.
    await hearWorker(context, worker, beat.data).then(answer, (error) => console.error("heartbeat:", (error as Error).message));
  });

  const assemble = ownSetsAssembly();
  socket.on("ownSets", async (message) => {
    if (!worker) return;
    await hearOwnSets(context, worker, assemble, message).catch((error) => console.error("own sets:", (error as Error).message));
    supervisor.wake();
  });

  socket.on("leaving", () => {
    if (worker) supervisor.roster.rest(worker, Number.POSITIVE_INFINITY);
  });

  socket.on("disconnect", () => {
    clearTimeout(silence);
    if (worker && supervisor.roster.remove(worker.id, line)) context.changes.listChanged("workers");
  });
}

function makeLine(socket: WorkerSocket): WorkerLine {
  return {
    assign: (assignment) =>
      socket
        .timeout(assignTimeoutMs)
        .emitWithAck("assign", assignment)
        .catch(() => null),
    cancel: (request) => void socket.emit("cancel", request),
    hangUp: () => void socket.disconnect(true),
  };
}
