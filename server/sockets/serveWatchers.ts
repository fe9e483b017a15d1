import { type WatchAnswer, watchAuth, watchRequest } from "../../contract/wire/watchProtocol.ts";
import type { Access } from "../access/access.ts";
import type { AccessKey } from "../access/accessKey.ts";
import { findAccess } from "../access/findAccess.ts";
import { mayRead } from "../access/reader.ts";
import { personWith, readerWith, refusals, refuseAccess } from "../access/refusals.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import { describeError } from "../failures/describeError.ts";
import { requireReadableRun } from "../services/reading/requireReadableRun.ts";
import { shareOf } from "./admitHandshake.ts";
import { endAt } from "./endAt.ts";
import { refusal } from "./refusal.ts";
import type { Watcher, WatcherData, WatchNamespace } from "./watcher.ts";
import { roomNames, type WatchHub } from "./watchHub.ts";

const maxRooms = 100;

/**
 * Lets pages watch what they may read.
 * @returns how to ask again whether each may still read, and to cut off those that may not; it throws what the database does
 */
export function serveWatchers(
  namespace: WatchNamespace,
  hub: WatchHub,
  context: ServiceContext,
  accessKey: AccessKey | null,
): () => Promise<void> {
  const accessOf = (socket: Watcher) => {
    const auth = watchAuth.safeParse(socket.handshake.auth);
    const token = auth.success ? (auth.data.share ?? shareOf(socket.request.url)) : "";
    return findAccess(context.database.orm, accessKey, socket.handshake.headers, token);
  };
  namespace.use(async (socket, next) => {
    try {
      const { access, hold } = await accessOf(socket);
      const reader = readerWith(access);
      if (reader === null) {
        const { code, message } = refuseAccess(access, "read");
        return next(refusal(code, message));
      }
      socket.data = { reader, hold };
      next();
    } catch (error) {
      const { code, message } = describeError(error);
      next(refusal(code, message));
    }
  });
  namespace.on("connection", (socket) => {
    endWithHold(socket, socket.data.hold);
    // It may have ended between the check and joining the rooms that end with it: then this socket was not notified.
    accessOf(socket).then(
      ({ access }) => readsStill(access, socket.data) || socket.disconnect(true),
      () => socket.disconnect(true),
    );
    socket.on("watch", async (message, answer) => {
      if (typeof answer !== "function") return;
      answer(await watch(context, hub, socket, message));
    });
    socket.on("unwatch", (message) => {
      const request = watchRequest.safeParse(message);
      if (request.success) socket.leave(roomFor(socket, roomOf(request.data)));
    });
  });
  return async () => {
    for (const socket of [...namespace.sockets.values()]) {
      if (!socket.connected) continue;
      const { access } = await accessOf(socket);
      if (!readsStill(access, socket.data)) socket.disconnect(true);
    }
  };
}

const readsStill = (access: Access, { reader, hold }: WatcherData): boolean =>
  access.kind === "share"
    ? reader.experimentId === access.reader.experimentId
    : personWith(access, "read") !== null && hold.by.every(({ kind }) => kind !== "share");

async function watch(context: ServiceContext, hub: WatchHub, socket: Watcher, message: unknown): Promise<WatchAnswer> {
  const request = watchRequest.safeParse(message);
  if (!request.success) return { ok: false, code: "INVALID", message: refusals.noRoom };
  const { reader } = socket.data;
  const notFound: WatchAnswer = { ok: false, code: "NOT_FOUND", message: refusals.noRoom };
  if (socket.rooms.size > maxRooms) return { ok: false, code: "INVALID", message: `A page watches at most ${maxRooms} rooms.` };
  try {
    if (request.data.room === "experiment" && !mayRead(reader, request.data.id)) return notFound;
    if (request.data.room === "run" && reader.experimentId !== null) await requireReadableRun(context, reader, request.data.id);
    if ((request.data.room === "experiments" || request.data.room === "workers") && reader.experimentId !== null) return notFound;
    await socket.join(roomFor(socket, roomOf(request.data)));
    await hub.joined(roomOf(request.data));
    return { ok: true };
  } catch (error) {
    const { code, message: text } = describeError(error);
    return { ok: false, code, message: text };
  }
}

function roomOf(request: { room: string; id?: string }): string {
  if (request.room === "experiment") return roomNames.experiment(request.id!);
  return request.room === "run" ? roomNames.run(request.id!) : request.room;
}

const roomFor = (socket: Watcher, room: string) => (socket.data.reader.hideNames ? roomNames.hidden(room) : room);

/** The socket ends with the access it depends on: when that expires, is revoked, ends or is reduced. */
function endWithHold(socket: Watcher, { by, until }: WatcherData["hold"]): void {
  for (const { kind, id } of by) void socket.join(roomNames.holders(kind, id));
  endAt(socket, until);
}
