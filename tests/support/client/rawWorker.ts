import { randomUUID } from "node:crypto";
import { io, type Socket } from "socket.io-client";
import type { RunEvent } from "../../../contract/wire/runEvents.ts";
import {
  type AssignAnswer,
  type Assignment,
  type CancelRequest,
  type EventAnswer,
  type HeartbeatAnswer,
  type Hello,
  type HelloAnswer,
  type Lease,
  workerProtocolVersion,
} from "../../../contract/wire/workerProtocol.ts";
import type { TestServer } from "../processes/server.ts";

/** A worker's end of the wire, by hand: real sockets and messages, and what a test wants to do wrong. */
export class RawWorker {
  readonly id: string;
  readonly token: string;
  readonly socket: Socket;
  readonly assigned: Assignment[] = [];
  readonly cancels: CancelRequest[] = [];
  readonly suspends: CancelRequest[] = [];
  answerAssign: (assignment: Assignment) => AssignAnswer = () => ({ accepted: true });
  /** What its heartbeats name; they come by themselves until it is `silent`. */
  held: Lease[] = [];
  silent = false;
  private waiting: (() => void)[] = [];
  private beating: NodeJS.Timeout | undefined;

  constructor(url: string, token: string, id: string = randomUUID()) {
    this.id = id;
    this.token = token;
    const extraHeaders = { authorization: `Bearer ${token}` };
    this.socket = io(`${url}/worker`, { extraHeaders, transports: ["websocket"], reconnection: false, forceNew: true });
    this.socket.on("assign", (assignments: Assignment[], answer: (replies: AssignAnswer[]) => void) => {
      const replies = assignments.map((assignment) => this.answerAssign(assignment));
      answer(replies);
      const taken = assignments.filter((_, at) => replies[at]!.accepted);
      this.assigned.push(...taken);
      this.held.push(...taken.map(leaseOf));
      this.stir();
    });
    this.socket.on("suspend", (request: CancelRequest) => {
      this.suspends.push(request);
      this.stir();
    });
    this.socket.on("cancel", (request: CancelRequest) => {
      this.cancels.push(request);
      this.stir();
    });
  }

  static async connect(
    server: TestServer,
    { id, token, ...change }: { id?: string; token?: string } & Partial<Omit<Hello, "workerId">> = {},
  ): Promise<RawWorker> {
    const worker = new RawWorker(server.url, token ?? (await makeToken(server)), id);
    await worker.connected();
    const answer = await worker.hello(change);
    if (!answer.ok) throw new Error(answer.message);
    return worker;
  }

  connected(): Promise<void> {
    if (this.socket.connected) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.socket.once("connect", () => resolve());
      this.socket.once("connect_error", reject);
      // A line that is cut before the server has answered is no error to the library.
      this.socket.once("disconnect", (reason) => reject(new Error(`cut off: ${reason}`)));
    });
  }

  async hello(change: object = {}): Promise<HelloAnswer> {
    const machine = { host: "bench", platform: "test", cpu: "test", cores: 1, memoryBytes: 16e9 };
    const common = { protocol: workerProtocolVersion, workerId: this.id, name: "raw worker", version: "0", machine };
    const answer = await this.ask<HelloAnswer>("hello", {
      ...common,
      ...{ slots: 1, devices: [], datasets: [], holding: [] },
      ...change,
    });
    if (answer.ok) this.beatEvery(answer.heartbeatMs);
    return answer;
  }

  heartbeat(runs: (Lease & { step?: number })[]): Promise<HeartbeatAnswer> {
    const system = { cpu: 0.5, memoryUsedBytes: 1, memoryTotalBytes: 2 };
    return this.ask("heartbeat", { runs: runs.map((run) => ({ ...leaseOf(run), step: run.step ?? 0, stepMs: null })), system });
  }

  events(lease: Lease, events: { seq: number; event: RunEvent }[]): Promise<EventAnswer> {
    return this.ask("events", { ...leaseOf(lease), events: events.map((event) => ({ at: Date.now(), ...event })) });
  }

  /** The next run that comes, for this run's id if given. */
  async nextAssignment(runId?: string, timeoutMs = 60_000): Promise<Assignment> {
    const found = await this.until(() => {
      const at = this.assigned.findIndex((assignment) => runId === undefined || assignment.runId === runId);
      return at < 0 ? null : this.assigned.splice(at, 1)[0];
    }, timeoutMs);
    if (!found) throw new Error("no run came");
    return found;
  }

  async nextCancel(timeoutMs = 60_000): Promise<CancelRequest> {
    const found = await this.until(() => this.cancels.shift() ?? null, timeoutMs);
    if (!found) throw new Error("no cancel came");
    return found;
  }

  async nextSuspend(timeoutMs = 60_000): Promise<CancelRequest> {
    const found = await this.until(() => this.suspends.shift() ?? null, timeoutMs);
    if (!found) throw new Error("no suspend came");
    return found;
  }

  close(): void {
    this.socket.disconnect();
  }

  ask<T>(event: string, message: unknown): Promise<T> {
    return this.socket.timeout(60_000).emitWithAck(event, message) as Promise<T>;
  }

  private beatEvery(heartbeatMs: number): void {
    clearInterval(this.beating);
    this.beating = setInterval(() => {
      if (!this.silent && this.socket.connected) void this.heartbeat(this.held).catch(() => undefined);
    }, heartbeatMs);
    this.beating.unref();
    this.socket.once("disconnect", () => clearInterval(this.beating));
  }

  private stir(): void {
    for (const wake of this.waiting.splice(0)) wake();
  }

  private async until<T>(look: () => T | null, timeoutMs: number): Promise<T | null> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const found = look();
      if (found !== null) return found;
      const left = end - performance.now();
      if (left <= 0) return null;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }
}

export async function makeToken(server: TestServer): Promise<string> {
  return (await server.call("workers.createToken", { name: "test" })).token;
}

export function leaseOf({ runId, attempt, lease }: Lease): Lease {
  return { runId, attempt, lease };
}
