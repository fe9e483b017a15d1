import type { Server as HttpServer, ServerResponse } from "node:http";
import { Server } from "socket.io";
import { watchNamespace } from "../../contract/wire/watchProtocol.ts";
import { workerNamespace } from "../../contract/wire/workerProtocol.ts";
import { clientAddress } from "../access/front.ts";
import { log } from "../log/log.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import { type HandshakeDoor, refuseHandshake } from "./admitHandshake.ts";
import type { Line } from "./openLine.ts";
import { OtherServers } from "./otherServers.ts";
import { refusal } from "./refusal.ts";
import { serveWatchers } from "./serveWatchers.ts";
import { serveWorkers } from "./serveWorkers.ts";
import { type TrafficBounds, TrafficGuard, trafficBounds } from "./trafficGuard.ts";
import type { WatchNamespace } from "./watcher.ts";
import type { WatchHub } from "./watchHub.ts";

/** A connection that joins neither namespace by then is cut. */
const connectMs = 10_000;

export interface Sockets {
  /** Those that are open. */
  count(): { pages: number; workers: number };
  close(): Promise<void>;
}

/** Opens /watch for pages and /worker for workers on the server's port. */
export function openSockets(
  http: HttpServer,
  parts: HandshakeDoor & { supervisor: Supervisor; hub: WatchHub; bounds: Partial<TrafficBounds>; line: Line | null },
): Sockets {
  const { context, supervisor, hub, accessKey, bounds, line } = parts;
  const io = new Server(http, {
    serveClient: false,
    ...(line && { adapter: line.adapter }),
    maxHttpBufferSize: trafficBounds.workerMessage,
    connectTimeout: connectMs,
    pingInterval: 10_000,
    pingTimeout: 10_000,
    allowRequest: (request, decide) => {
      const full = guard.refuseAnother(clientAddress(parts.front, request));
      if (full !== null) return decide(full, false);
      refuseHandshake(parts, request).then(
        (reason) => decide(reason, reason === null),
        (error) => {
          // A refusal would be final, whereas a client that is cut off soon reconnects.
          log.error("admitting a connection", error);
          request.socket.destroy();
        },
      );
    },
  });
  io.engine.use((_request: unknown, response: ServerResponse, next: () => void) => {
    response.setHeader("x-content-type-options", "nosniff");
    next();
  });
  const guard = new TrafficGuard(io, (request) => clientAddress(parts.front, request), bounds);
  // Nothing is served at the root namespace.
  io.use((_socket, next) => next(refusal("NOT_FOUND", "There is no such namespace.")));
  const watchers: WatchNamespace = io.of(watchNamespace);
  const recheck = serveWatchers(watchers, hub, context, accessKey);
  hub.open(watchers, line && new OtherServers(context.bus, { namespace: watchers, recheck }));
  serveWorkers(io.of(workerNamespace), { context, supervisor, guard });
  return {
    count: () => ({ pages: watchers.sockets.size, workers: io.of(workerNamespace).sockets.size }),
    async close() {
      hub.close();
      // Pages and workers that are cut off connect again, wherever the balancer sends them.
      io.local.disconnectSockets(true);
      await io.close();
      await line?.close();
    },
  };
}
