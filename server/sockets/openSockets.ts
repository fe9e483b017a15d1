import type { Server as HttpServer } from "node:http";
import { Server } from "socket.io";
import { watchNamespace } from "../../contract/watchProtocol.ts";
import { workerNamespace } from "../../contract/workerProtocol.ts";
import type { AccessKey } from "../http/accessKey.ts";
import { refuseRequest } from "../http/checkSource.ts";
import type { ServiceContext } from "../services/context.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import { refusal } from "./refusal.ts";
import { serveWatchers } from "./serveWatchers.ts";
import { serveWorkers } from "./serveWorkers.ts";
import { TrafficGuard, trafficBounds } from "./trafficGuard.ts";
import type { WatchHub } from "./watchHub.ts";

/** A connection that joins neither namespace by then is cut. */
const connectMs = 10_000;

/** Opens /watch for pages and /worker for workers on the server's port. */
export function openSockets(
  http: HttpServer,
  parts: {
    context: ServiceContext;
    supervisor: Supervisor;
    hub: WatchHub;
    accessKey: AccessKey | null;
    thisMachineOnly: boolean;
  },
): Server {
  const { context, supervisor, hub, accessKey, thisMachineOnly } = parts;
  const io = new Server(http, {
    serveClient: false,
    maxHttpBufferSize: trafficBounds.workerMessage,
    connectTimeout: connectMs,
    pingInterval: 10_000,
    pingTimeout: 10_000,
    allowRequest: (request, decide) => {
      const reason = refuseRequest(request.headers, context.publicUrl, thisMachineOnly);
      decide(reason, reason === null);
    },
  });
  io.engine.on("headers", (headers: Record<string, string>) => {
    headers["x-content-type-options"] = "nosniff";
  });
  const guard = new TrafficGuard(io);
  // Nothing is served at the root: who connects there has no business here.
  io.use((_socket, next) => next(refusal("NOT_FOUND", "There is no such namespace.")));
  hub.open(io.of(watchNamespace));
  serveWatchers(io.of(watchNamespace), context, accessKey);
  serveWorkers(io.of(workerNamespace), { context, supervisor, guard });
  return io;
}
