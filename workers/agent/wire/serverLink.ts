import { io, type Socket } from "socket.io-client";
import type { OwnSetsPart } from "../../../contract/data/ownSet.ts";
import { handshakeRefusal } from "../../../contract/wire/handshakeRefusal.ts";
import {
  type AssignAnswer,
  type Assignment,
  type CancelRequest,
  type EventAnswer,
  type EventBatch,
  type Heartbeat,
  type HeartbeatAnswer,
  type Hello,
  type HelloAnswer,
  type ServerToWorker,
  type WorkerToServer,
  workerNamespace,
} from "../../../contract/wire/workerProtocol.ts";
import { messageOf } from "../../log.ts";
import type { WorkerToken } from "./workerToken.ts";

interface LinkListener {
  makeHello(): Promise<Hello>;
  makeHeartbeat(): Heartbeat;
  assign(messages: Assignment[]): AssignAnswer[];
  cancel(request: CancelRequest): void;
  suspend(request: CancelRequest): void;
  heartbeatAnswered(answer: HeartbeatAnswer): void;
  /** The server knows this worker: events may be sent. */
  up(answer: Extract<HelloAnswer, { ok: true }>): void;
  down(reason: string): void;
  /** No WebSocket gets through to the server: everything goes by requests. */
  polling(): void;
  /** Its folder is a copy of another worker's: it is asked for a hello of another identity at once. */
  copied(message: string): void;
  /** The server does not want this worker; asked again every 15 s. */
  refused(code: string, message: string): void;
}

const answerTimeoutMs = 10_000;
/** A connection that is still made of requests after so long stays so. */
const upgradeMs = 3_000;
/** A connection of a process that has gone is not taken for alive so long. */
const inUseMs = 15_000;
const retryRefusedMs = 15_000;
const retryTroubleMs = 1_000;
/** What asking again soon does not change. */
const forGood = ["NOT_ALLOWED", "PROTOCOL_MISMATCH", "INVALID"];

/** The connection to the server: kept up for as long as the worker lives; its listener learns when it comes and goes. */
export class ServerLink {
  private readonly socket: Socket<ServerToWorker, WorkerToServer>;
  private readonly listener: LinkListener;
  private readonly token: WorkerToken;
  private heartbeats: NodeJS.Timeout | null = null;
  private retry: NodeJS.Timeout | null = null;
  private upgrade: NodeJS.Timeout | null = null;
  private inUseSince: number | null = null;
  /** Whether the server has answered this connection's hello. */
  isUp = false;

  constructor(server: string, token: WorkerToken, listener: LinkListener) {
    this.listener = listener;
    this.token = token;
    this.socket = io(server + workerNamespace, {
      extraHeaders: headersOf(token),
      // Servers of earlier versions look for it here: they say that the versions differ.
      auth: (give) => give({ token: token.current }),
      transports: ["websocket"],
      autoConnect: false,
      timeout: 5_000,
      // A restarted server is found within 1–2 s; the jitter keeps many workers from knocking at once.
      reconnectionDelay: 200,
      reconnectionDelayMax: 1_200,
      randomizationFactor: 0.4,
    });
    this.socket.on("connect", () => {
      this.watchTransport();
      void this.sendHello();
    });
    this.socket.on("connect_error", (error) => this.connectFailed(error));
    this.socket.io.on("close", () => {
      const { engine, opts } = this.socket.io;
      // Requests that a balancer spreads over several servers end half-way, again and again: the next try is another way.
      if (engine.transport.name === "polling") opts.transports = ["websocket"];
    });
    this.socket.on("disconnect", (reason) => {
      this.markDown(reason);
      if (reason === "io server disconnect") this.retryLater(1_000); // the client library waits for us after this one
    });
    this.socket.on("assign", (messages, answer) => answer(listener.assign(messages)));
    this.socket.on("cancel", (request) => listener.cancel(request));
    this.socket.on("suspend", (request) => listener.suspend(request));
  }

  open(): void {
    this.socket.connect();
  }

  /** No more runs are wanted; events still go. */
  announceLeaving(): void {
    if (this.isUp) this.socket.emit("leaving");
  }

  close(): void {
    if (this.retry) clearTimeout(this.retry);
    if (this.upgrade) clearTimeout(this.upgrade);
    this.markDown("closed");
    this.socket.disconnect();
  }

  /** @returns null if there is no connection or no answer came: the events may or may not be stored */
  async sendEvents(batch: EventBatch): Promise<EventAnswer | null> {
    if (!this.isUp) return null;
    try {
      return await this.socket.timeout(answerTimeoutMs).emitWithAck("events", batch);
    } catch {
      this.reconnect("no answer to events");
      return null;
    }
  }

  /** What is said while there is no connection is lost: it is said again after the next hello. */
  sendOwnSets(parts: readonly OwnSetsPart[]): void {
    if (this.isUp) for (const part of parts) this.socket.emit("ownSets", part);
  }

  /** A proxy may pass on requests and no WebSocket: after a failure the connection begins as requests and is raised if it can be. */
  private watchTransport(): void {
    const { engine, opts } = this.socket.io;
    if (this.upgrade) clearTimeout(this.upgrade);
    const raised = () => {
      opts.transports = ["websocket"];
    };
    engine.once("upgrade", raised);
    if (engine.transport.name === "websocket") raised();
    this.upgrade = setTimeout(() => {
      if (this.isUp && engine.transport.name === "polling") this.listener.polling();
    }, upgradeMs);
  }

  private async sendHello(): Promise<void> {
    try {
      const hello = await this.listener.makeHello();
      const answer = await this.socket.timeout(answerTimeoutMs).emitWithAck("hello", hello);
      if (!answer.ok) return this.handleRefusal(answer.code, answer.message);
      this.isUp = true;
      this.inUseSince = null;
      this.heartbeats = setInterval(() => void this.sendHeartbeat(answer.leaseMs / 2), answer.heartbeatMs);
      this.listener.up(answer);
    } catch (error) {
      this.reconnect(`no answer to hello: ${messageOf(error)}`);
    }
  }

  private async sendHeartbeat(timeoutMs: number): Promise<void> {
    try {
      this.listener.heartbeatAnswered(
        await this.socket.timeout(timeoutMs).emitWithAck("heartbeat", this.listener.makeHeartbeat()),
      );
    } catch {
      this.reconnect("no answer to a heartbeat");
    }
  }

  /** A line that is open but dead is noticed by its silence: hang up and call again. */
  private reconnect(reason: string): void {
    if (!this.socket.connected) return;
    this.markDown(reason);
    this.socket.disconnect();
    this.socket.connect();
  }

  private markDown(reason: string): void {
    if (this.heartbeats) clearInterval(this.heartbeats);
    this.heartbeats = null;
    if (!this.isUp) return;
    this.isUp = false;
    this.listener.down(reason);
  }

  private connectFailed(error: Error & { data?: { code?: string; message?: string } }): void {
    const refusal = handshakeRefusal(error);
    if (refusal !== null) this.handleRefusal("NOT_ALLOWED", refusal);
    // While it is active, the library tries again by itself; a refusal by the server ends that.
    else if (this.socket.active) {
      this.socket.io.opts.transports = ["polling", "websocket"];
      this.listener.down(describeTransport(error));
    } else this.handleRefusal(error.data?.code ?? "NOT_ALLOWED", error.data?.message ?? error.message);
  }

  private handleRefusal(code: string, message: string): void {
    if (code === "IN_USE") this.inUseSince ??= performance.now();
    const isCopy = code === "COPY" || (code === "IN_USE" && performance.now() - this.inUseSince! > inUseMs);
    if (isCopy) {
      this.socket.disconnect();
      this.inUseSince = null;
      this.retryLater(retryTroubleMs);
      this.listener.copied(message);
      return;
    }
    this.socket.disconnect();
    if (code === "NOT_ALLOWED" && this.token.readAgain()) {
      this.socket.io.opts.extraHeaders = headersOf(this.token);
      this.retryLater(0);
      return;
    }
    if (forGood.includes(code)) {
      this.retryLater(retryRefusedMs);
      this.listener.refused(code, message);
    } else {
      this.retryLater(retryTroubleMs); // the server has a trouble of its own
      this.listener.down(`${message} (${code})`);
    }
  }

  private retryLater(ms: number): void {
    if (this.retry) clearTimeout(this.retry);
    this.retry = setTimeout(() => this.socket.connect(), ms);
  }
}

const headersOf = (token: WorkerToken) => ({ authorization: `Bearer ${token.current}` });

/** "websocket error" hides why: the cause lies deeper. */
function describeTransport(error: Error): string {
  const cause = (error as { description?: { message?: string } }).description?.message;
  return cause ? `${error.message}: ${cause}` : error.message;
}
