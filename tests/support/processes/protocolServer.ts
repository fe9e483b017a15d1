import { randomBytes, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server, type Socket } from "socket.io";
import { regularizer } from "../../../contract/config/regularizer.ts";
import type { RunConfig } from "../../../contract/config/runConfig.ts";
import { trainingConfig } from "../../../contract/config/trainingConfig.ts";
import type { SpooledEvent } from "../../../contract/wire/runEvents.ts";
import {
  type AssignAnswer,
  type Assignment,
  type CancelRequest,
  type EventAnswer,
  type EventBatch,
  eventBatch,
  type Heartbeat,
  type HeartbeatAnswer,
  type Hello,
  heartbeat,
  hello,
  type Lease,
  protocolSizes,
  workerNamespace,
} from "../../../contract/wire/workerProtocol.ts";

interface PackedRun {
  manner: string;
  again?: { runId: string; attempt: number; lease?: string; measuredThrough?: number };
  changes?: Partial<RunConfig>;
}

/** Speaks the server's side of the protocol from memory, with faults the real server cannot be brought to. */
export class ProtocolServer {
  readonly stored = new Map<string, SpooledEvent[]>();
  readonly hellos: Hello[] = [];
  readonly heartbeats: Heartbeat[] = [];
  /** How often a worker said that it takes no more runs. */
  leavings = 0;
  lost: Lease[] = [];
  sendAgain: Lease[] = [];
  /** Goes before the ordinary answer to a batch; "silence" answers nothing. */
  fault: (batch: EventBatch) => EventAnswer | "silence" | null = () => null;
  token = "right";
  answerHello: { ok: false; code: string; message: string } | null = null;
  heartbeatMs = 200;
  port = 0;
  private io: Server | null = null;
  private socket: Socket | null = null;

  async listen(): Promise<this> {
    const http = createServer();
    this.io = new Server(http, { maxHttpBufferSize: protocolSizes.messageBytes + 1_000_000 });
    this.io.of(workerNamespace).use((socket, next) => {
      if (socket.handshake.auth.token === this.token) next();
      else
        next(
          Object.assign(new Error("unknown or revoked token"), {
            data: { code: "NOT_ALLOWED", message: "unknown or revoked token" },
          }),
        );
    });
    this.io.of(workerNamespace).on("connection", (socket) => this.serve(socket));
    await new Promise<void>((resolve) => http.listen(this.port, "127.0.0.1", resolve));
    this.port = (http.address() as AddressInfo).port;
    return this;
  }

  /** Hangs up without a word, as a killed process does. */
  async close(): Promise<void> {
    this.socket = null;
    await this.io?.close();
    this.io = null;
  }

  get isConnected(): boolean {
    return this.socket?.connected ?? false;
  }

  events({ runId, attempt }: Pick<Lease, "runId" | "attempt">): SpooledEvent[] {
    return this.stored.get(`${runId}.${attempt}`) ?? [];
  }

  last(lease: Lease): SpooledEvent["event"] | undefined {
    return this.events(lease).at(-1)?.event;
  }

  async assign(
    manner: string,
    steps: number,
    again?: { runId: string; attempt: number; lease?: string; measuredThrough?: number },
    changes: Partial<RunConfig> = {},
  ): Promise<Lease & AssignAnswer> {
    const [taken] = await this.assignPack([{ manner, again, changes }], steps);
    return taken;
  }

  /** Runs for one slot, of seeds 0, 1, … */
  async assignPack(runs: PackedRun[], steps: number): Promise<(Lease & AssignAnswer)[]> {
    const assignments = runs.map(({ manner, again, changes }, seed): Assignment => {
      const lease = {
        runId: again?.runId ?? randomUUID(),
        attempt: again?.attempt ?? 1,
        lease: again?.lease ?? randomBytes(16).toString("base64url"),
      };
      return {
        ...lease,
        config: { ...runConfigOf(steps), seed, ...changes },
        experimentName: manner,
        ...(again?.measuredThrough !== undefined && { measuredThrough: again.measuredThrough }),
      };
    });
    const answers = await this.assignAll(assignments);
    return assignments.map(({ runId, attempt, lease }, at) => ({ runId, attempt, lease, ...answers[at] }));
  }

  /** Runs for one slot. @returns the worker's answer to each */
  private assignAll(assignments: Assignment[]): Promise<AssignAnswer[]> {
    return this.socket!.timeout(60_000).emitWithAck("assign", assignments);
  }

  cancel(request: CancelRequest): void {
    this.socket!.emit("cancel", { runId: request.runId, attempt: request.attempt });
  }

  private serve(socket: Socket): void {
    socket.on("hello", (message: unknown, answer: (reply: unknown) => void) => {
      this.hellos.push(hello.parse(message));
      if (this.answerHello) return answer(this.answerHello);
      this.socket = socket;
      answer({ ok: true, heartbeatMs: this.heartbeatMs, leaseMs: 15_000, lost: this.lost, sendAgain: this.sendAgain });
    });
    socket.on("leaving", () => {
      this.leavings++;
    });
    socket.on("heartbeat", (message: unknown, answer: (reply: HeartbeatAnswer) => void) => {
      this.heartbeats.push(heartbeat.parse(message));
      answer({ lost: this.lost, cancel: [] });
    });
    socket.on("events", (message: EventBatch, answer: (reply: EventAnswer) => void) => {
      const faulty = this.fault(message);
      if (faulty === "silence") return;
      answer(faulty ?? this.store(message));
    });
  }

  private store(message: EventBatch): EventAnswer {
    const parsed = eventBatch.safeParse(message);
    if (!parsed.success) return { ok: false, code: "INVALID", message: parsed.error.issues[0].message };
    const key = `${message.runId}.${message.attempt}`;
    const events = this.stored.get(key) ?? [];
    this.stored.set(key, events);
    for (const event of parsed.data.events) {
      if (event.seq > events.length + 1) return { ok: false, code: "SEQUENCE_GAP", expected: events.length + 1 };
      if (event.seq === events.length + 1) events.push(event);
    }
    return { ok: true, storedThrough: events.length };
  }
}

export const clusters = {
  id: "gaussian-clusters" as const,
  classes: 4,
  dimension: 10,
  trainPerClass: 25,
  testPerClass: 25,
  dataSeed: 0,
  separation: 3,
  imbalance: 1,
};

export function runConfigOf(steps: number): RunConfig {
  return {
    dataset: clusters,
    architecture: "rn1",
    normalization: "post-ln",
    depth: 3,
    width: 16,
    loss: "ce",
    headBias: false,
    regularizer: regularizer.parse({ family: "weights" }),
    training: trainingConfig.parse({ steps }),
    measuring: { name: "log", perDecade: 10 },
    seed: 0,
    device: "auto",
  };
}
