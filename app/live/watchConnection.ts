"use client";
import { io, type Socket } from "socket.io-client";
import { handshakeRefusal } from "../../contract/wire/handshakeRefusal.ts";
import {
  type PageToServer,
  type ServerToPage,
  type WatchAnswer,
  type WatchBatch,
  type WatchRequest,
  watchNamespace,
} from "../../contract/wire/watchProtocol.ts";
import { listenForWaking } from "./listenForWaking.ts";
import { setServerTrouble } from "./serverTrouble.ts";

interface WatchListener {
  onJoined: () => void;
  onBatch: (batch: WatchBatch, receivedAt: number) => void;
  onLost: () => void;
  onRefused: (message: string) => void;
  /** Whether the page asks again and again, because nothing better gets through. */
  onPolling: (polling: boolean) => void;
}

interface Room {
  request: WatchRequest;
  listeners: Set<WatchListener>;
  joined: boolean;
}

interface WatchTimes {
  /** Time within which a connection must be made. */
  connectMs: number;
  /** Time within which a request must be answered, or the connection counts as dead. */
  answerMs: number;
  /** A request of polling that takes longer is given up: the server answers each within its pings. Held ones would use up the browser's connections. */
  requestMs: number;
  /** After this much silence the page checks whether the other end still answers: a half-open connection gives no sign. */
  quietMs: number;
  /** First and longest pause before the next try. */
  retryMs: number;
  maxRetryMs: number;
  /** Pause after a refusal. */
  refusedMs: number;
  /** After this long, a connection that still polls is reported as polling. */
  upgradeMs: number;
}

const usualTimes: WatchTimes = {
  connectMs: 6_000,
  answerMs: 5_000,
  requestMs: 13_000,
  quietMs: 10_000,
  retryMs: 300,
  maxRetryMs: 3_000,
  refusedMs: 10_000,
  upgradeMs: 3_000,
};

/** Refusals that an immediate retry would not change. */
const forGood = ["NOT_FOUND", "NOT_ALLOWED", "INVALID"];
const lingerMs = 3_000;

type WatchSocket = Socket<ServerToPage, PageToServer>;
type ConnectError = Error & { data?: { code?: string; message?: string } };

const nameOf = (request: WatchRequest) => ("id" in request ? `${request.room}:${request.id}` : request.room);

/**
 * One line to the server for all rooms of a page. Each try is a socket of its own, and one that is dead in any way (closed, silent,
 * never opened) is thrown away: there is no state between "connected" and "the next try is due". Times are of a monotonic clock.
 */
export class WatchConnection {
  private readonly address: string;
  private readonly query: { share?: string };
  private readonly times: WatchTimes;
  private readonly rooms = new Map<string, Room>();
  private readonly stopListening: () => void;
  private readonly ticks: ReturnType<typeof setInterval>;
  private socket: WatchSocket | null = null;
  private deadline: ReturnType<typeof setTimeout> | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  /** A proxy may pass on requests and no WebSocket: after a failure the next try is made of requests, which are raised if they can be. */
  private beginsByPolling = false;
  private polling = false;
  private heardAt = 0;
  private asking = false;

  /** @param server its address; "" for the one that the page is from */
  constructor(shareToken: string | null, server = "", times: Partial<WatchTimes> = {}) {
    this.address = server + watchNamespace;
    this.query = shareToken === null ? {} : { share: shareToken };
    this.times = { ...usualTimes, ...times };
    this.stopListening = listenForWaking(() => this.wake());
    this.ticks = setInterval(() => this.askIfQuiet(this.times.quietMs), this.times.quietMs / 4);
    this.open();
  }

  /** Joins the room (or shares it) and returns how to leave it. */
  watch(request: WatchRequest, listener: WatchListener): () => void {
    const name = nameOf(request);
    let room = this.rooms.get(name);
    if (room === undefined) {
      room = { request, listeners: new Set(), joined: false };
      this.rooms.set(name, room);
      if (this.socket?.connected) this.join(room);
    } else if (room.joined) queueMicrotask(listener.onJoined);
    room.listeners.add(listener);
    if (this.polling) queueMicrotask(() => listener.onPolling(true));
    return () => {
      room.listeners.delete(listener);
      if (room.listeners.size > 0 || this.rooms.get(name) !== room) return;
      this.rooms.delete(name);
      if (this.socket?.connected) this.socket.emit("unwatch", request);
    };
  }

  get isUnused(): boolean {
    return this.rooms.size === 0;
  }

  close(): void {
    clearInterval(this.ticks);
    clearTimeout(this.retry);
    this.stopListening();
    this.drop();
  }

  private open(): void {
    clearTimeout(this.retry);
    this.retry = undefined;
    this.drop();
    const { beginsByPolling } = this;
    const socket: WatchSocket = io(this.address, {
      query: this.query,
      transports: beginsByPolling ? ["polling", "websocket"] : ["websocket"],
      forceNew: true,
      reconnection: false,
      requestTimeout: this.times.requestMs,
    });
    this.socket = socket;
    const neverOpened = () => {
      this.beginsByPolling = !beginsByPolling;
      this.failed(socket);
    };
    this.deadline = setTimeout(neverOpened, this.times.connectMs);
    let wasConnected = false;
    socket.on("connect", () => {
      wasConnected = true;
      this.connected(socket);
    });
    // Polling through a balancer that spreads requests over servers ends half-way: the next try is another way.
    socket.on("disconnect", () => (wasConnected ? this.failed(socket) : neverOpened()));
    socket.on("connect_error", (error: ConnectError) => {
      const code = error.data?.code;
      const refusal = handshakeRefusal(error);
      if (refusal !== null) this.refused(socket, refusal);
      else if (code === undefined) neverOpened();
      else if (forGood.includes(code)) this.refused(socket, error.message);
      else this.failed(socket);
    });
    socket.on("batch", (batch) => {
      if (this.socket !== socket) return;
      this.heardAt = performance.now();
      this.eachListener((listener) => listener.onBatch(batch, Date.now()));
    });
    socket.on("trouble", (message) => {
      if (this.socket !== socket) return;
      setServerTrouble(message);
      // Read now what could not be read in the meantime.
      if (message === null) this.readAgain();
    });
    socket.on("missed", () => this.socket === socket && this.readAgain());
  }

  private connected(socket: WatchSocket): void {
    clearTimeout(this.deadline);
    this.failures = 0;
    this.heardAt = performance.now();
    const { engine } = socket.io;
    const isRaised = () => engine.transport.name === "websocket";
    if (isRaised()) this.beginsByPolling = false;
    engine.once("upgrade", () => {
      this.beginsByPolling = false;
      this.setPolling(false);
    });
    this.deadline = setTimeout(() => this.setPolling(!isRaised()), isRaised() ? 0 : this.times.upgradeMs);
    for (const room of this.rooms.values()) this.join(room);
  }

  /** The connection is dead: listeners are notified, and the next attempt is due soon. */
  private failed(socket: WatchSocket): void {
    if (this.socket !== socket) return;
    this.drop();
    setServerTrouble(null);
    for (const room of this.rooms.values()) room.joined = false;
    this.eachListener((listener) => listener.onLost());
    const pauseMs = Math.min(this.times.maxRetryMs, this.times.retryMs * 2 ** Math.min(this.failures, 10));
    this.failures++;
    // Many pages lose a restarting server at the same moment: they must not all reconnect at once.
    this.retryIn(pauseMs * (0.75 + Math.random() / 2));
  }

  private refused(socket: WatchSocket, message: string): void {
    if (this.socket !== socket) return;
    this.drop();
    for (const room of this.rooms.values()) room.joined = false;
    this.eachListener((listener) => listener.onRefused(message));
    this.retryIn(this.times.refusedMs);
  }

  private retryIn(ms: number): void {
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.open(), ms);
  }

  private drop(): void {
    clearTimeout(this.deadline);
    this.asking = false;
    const { socket } = this;
    this.socket = null;
    socket?.off();
    socket?.disconnect();
  }

  private join(room: Room): void {
    const { socket } = this;
    if (socket === null) return;
    this.asking = true;
    socket.timeout(this.times.answerMs).emit("watch", room.request, (error: Error | null, answer?: WatchAnswer) => {
      if (this.socket !== socket) return;
      this.asking = false;
      if (error !== null || answer === undefined) return this.failed(socket);
      this.heardAt = performance.now();
      if (this.rooms.get(nameOf(room.request)) !== room) return;
      if (answer.ok && room.joined) return; // an answered question
      if (!answer.ok && !forGood.includes(answer.code)) return this.failed(socket);
      room.joined = answer.ok;
      for (const listener of room.listeners) {
        if (answer.ok) listener.onJoined();
        else listener.onRefused(answer.message);
      }
    });
  }

  private askIfQuiet(quietMs: number): void {
    if (!this.socket?.connected || this.asking || performance.now() - this.heardAt < quietMs) return;
    const [room] = this.rooms.values();
    if (room !== undefined) this.join(room);
  }

  /** The computer or the tab slept, or the network changed: what was known of the connection is out of date. */
  private wake(): void {
    if (this.retry !== undefined) this.open();
    else this.askIfQuiet(0);
  }

  private readAgain(): void {
    for (const room of this.rooms.values()) if (room.joined) for (const listener of room.listeners) listener.onJoined();
  }

  private setPolling(polling: boolean): void {
    if (this.polling === polling) return;
    this.polling = polling;
    this.eachListener((listener) => listener.onPolling(polling));
  }

  private eachListener(tell: (listener: WatchListener) => void): void {
    for (const room of this.rooms.values()) for (const listener of room.listeners) tell(listener);
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
