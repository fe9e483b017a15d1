import type { Server as HttpServer } from "node:http";
import { Server } from "socket.io";
import { watchNamespace } from "../../contract/watchProtocol.ts";
import { protocolSizes, workerNamespace } from "../../contract/workerProtocol.ts";
import type { AccessKey } from "../http/accessKey.ts";
import { refuseSource } from "../http/checkSource.ts";
import type { ServiceContext } from "../services/context.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import { serveWatchers } from "./serveWatchers.ts";
import { serveWorkers } from "./serveWorkers.ts";
import type { WatchHub } from "./watchHub.ts";

/** Opens /watch for pages and /worker for workers on the server's port. */
export function openSockets(
  http: HttpServer,
  parts: { context: ServiceContext; supervisor: Supervisor; hub: WatchHub; accessKey: AccessKey | null },
): Server {
  const { context, supervisor, hub, accessKey } = parts;
  const io = new Server(http, {
    serveClient: false,
    // A little above what a worker sends at most: the frame around its message counts too.
    maxHttpBufferSize: protocolSizes.messageBytes + 500_000,
    pingInterval: 10_000,
    pingTimeout: 10_000,
    allowRequest: (request, decide) => {
      const reason = refuseSource(request.headers, context.publicUrl);
      decide(reason, reason === null);
    },
  });
  hub.open(io.of(watchNamespace));
  serveWatchers(io.of(watchNamespace), context, accessKey);
  serveWorkers(io.of(workerNamespace), context, supervisor);
  return io;
}
