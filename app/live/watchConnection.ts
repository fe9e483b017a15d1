"use client";
import { io, type Socket } from "socket.io-client";
import {
  type PageToServer,
  type ServerToPage,
  type WatchAnswer,
  type WatchBatch,
  type WatchRequest,
  watchNamespace,
} from "../../contract/watchProtocol.ts";

export interface WatchListener {
  onJoined: () => void;
  onBatch: (batch: WatchBatch, receivedAt: number) => void;
  onLost: () => void;
  onRefused: (message: string) => void;
}

interface Room {
  request: WatchRequest;
  listeners: Set<WatchListener>;
  joined: boolean;
}

const answerTimeoutMs = 5_000;
/** Quiet for so long, the page asks whether the other end is still there: a half-open connection says nothing. */
const probeAfterMs = 10_000;
const lingerMs = 3_000;

const nameOf = (request: WatchRequest) => ("id" in request ? `${request.room}:${request.id}` : request.room);

/** One socket for all rooms of a page; joins again after every reconnect. */
export class WatchConnection {
  private readonly socket: Socket<ServerToPage, PageToServer>;
  private readonly rooms = new Map<string, Room>();
  private readonly probe: ReturnType<typeof setInterval>;
  private heardAt = Date.now();

  constructor(shareToken: string | null) {
    this.socket = io(watchNamespace, {
      auth: shareToken === null ? {} : { share: shareToken },
      transports: ["websocket", "polling"],
      reconnectionDelay: 300,
      reconnectionDelayMax: 3_000,
      multiplex: false,
    });
    this.socket.on("connect", () => {
      this.heardAt = Date.now();
      for (const room of this.rooms.values()) this.join(room);
    });
    this.socket.on("disconnect", (reason) => {
      this.lost();
      // The server closed it deliberately (it restarts): Socket.IO would not come back by itself.
      if (reason === "io server disconnect") setTimeout(() => this.socket.connect(), 1_000);
    });
    this.socket.on("connect_error", (error) => {
      if (this.socket.active) return this.lost();
      // Refused by the server, not by the network: said to the page, and asked again now and then.
      for (const room of this.rooms.values()) for (const listener of room.listeners) listener.onRefused(error.message);
      setTimeout(() => this.socket.connect(), 10_000);
    });
    this.socket.on("batch", (batch) => {
      const receivedAt = Date.now();
      this.heardAt = receivedAt;
      for (const room of this.rooms.values()) for (const listener of room.listeners) listener.onBatch(batch, receivedAt);
    });
    this.probe = setInterval(() => this.checkIfQuiet(), answerTimeoutMs);
    document.addEventListener("visibilitychange", this.checkIfQuiet);
  }

  /** Joins the room (or shares it) and returns how to leave it. */
  watch(request: WatchRequest, listener: WatchListener): () => void {
    const name = nameOf(request);
    let room = this.rooms.get(name);
    if (room === undefined) {
      room = { request, listeners: new Set(), joined: false };
      this.rooms.set(name, room);
      if (this.socket.connected) this.join(room);
    } else if (room.joined) queueMicrotask(listener.onJoined);
    room.listeners.add(listener);
    return () => {
      room.listeners.delete(listener);
      if (room.listeners.size > 0 || this.rooms.get(name) !== room) return;
      this.rooms.delete(name);
      if (this.socket.connected) this.socket.emit("unwatch", request);
    };
  }

  get isUnused(): boolean {
    return this.rooms.size === 0;
  }

  close(): void {
    clearInterval(this.probe);
    document.removeEventListener("visibilitychange", this.checkIfQuiet);
    this.socket.disconnect();
  }

  private join(room: Room): void {
    this.socket.timeout(answerTimeoutMs).emit("watch", room.request, (error: Error | null, answer?: WatchAnswer) => {
      if (this.rooms.get(nameOf(room.request)) !== room) return;
      if (error !== null || answer === undefined) return this.reconnect();
      this.heardAt = Date.now();
      if (answer.ok && room.joined) return; // an answered probe
      room.joined = answer.ok;
      for (const listener of room.listeners) {
        if (answer.ok) listener.onJoined();
        else listener.onRefused(answer.message);
      }
    });
  }

  private readonly checkIfQuiet = (): void => {
    if (!this.socket.connected || Date.now() - this.heardAt < probeAfterMs) return;
    const [room] = this.rooms.values();
    if (room !== undefined) this.join(room);
  };

  private reconnect(): void {
    this.lost();
    this.socket.disconnect().connect();
  }

  private lost(): void {
    for (const room of this.rooms.values()) {
      room.joined = false;
      for (const listener of room.listeners) listener.onLost();
    }
  }
}

const connections = new Map<string | null, WatchConnection>();

/** Watches a room through the page's one connection, which closes a little after its last room is left. */
export function watchRoom(shareToken: string | null, request: WatchRequest, listener: WatchListener): () => void {
  const connection = connections.get(shareToken) ?? new WatchConnection(shareToken);
  connections.set(shareToken, connection);
  const leave = connection.watch(request, listener);
  return () => {
    leave();
    setTimeout(() => {
      if (!connection.isUnused || connections.get(shareToken) !== connection) return;
      connections.delete(shareToken);
      connection.close();
    }, lingerMs);
  };
}
