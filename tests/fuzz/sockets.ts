import { io, type Socket } from "socket.io-client";
import { workerProtocolVersion } from "../../contract/wire/workerProtocol.ts";
import { finished, logged, measured, numbered, snapshot, started } from "../support/builders/events.ts";
import { hostileTexts, hostileValue, mutate, mutateBytes } from "./hostile.ts";
import type { Random } from "./random.ts";
import { type Stage, type Target, workerId } from "./stage.ts";

/** An answer that comes after one to a later question does not come. */
const lateMs = 20;
const answerMs = 3_000;

/** Both namespaces: spoiled messages over lines that are let in, packets as they are, and lines that are not. */
export function socketTarget(stage: Stage): Target {
  const { server, lease, runId, experimentId } = stage;
  const lines = new Map<string, Socket>();
  const machine = { host: "h", platform: "p", cpu: "c", cores: 1, memoryBytes: 1e9 };
  const hello = {
    ...{ protocol: workerProtocolVersion, workerId, name: "fuzzed", version: "0", machine },
    ...{ slots: 1, devices: ["d"], datasets: [{ id: "mnist", available: false, detail: "x" }], holding: [lease] },
  };
  const events = [started(), measured(3), snapshot(1), logged("x"), finished()];
  const messages: Record<"/watch" | "/worker", [string, (random: Random) => unknown][]> = {
    "/watch": [
      ["watch", (random) => ({ room: random.pick(["experiment", "run"]), id: random.pick([runId, experimentId]) })],
      ["unwatch", () => ({ room: "run", id: runId })],
    ],
    "/worker": [
      ["hello", () => hello],
      ["events", (random) => ({ ...lease, events: numbered([random.pick(events)], 2).map((one) => ({ at: 1, ...one })) })],
      [
        "heartbeat",
        () => ({ runs: [{ ...lease, step: 1, stepMs: 1 }], system: { cpu: 0.5, memoryUsedBytes: 1, memoryTotalBytes: 2 } }),
      ],
      [
        "ownSets",
        () => ({
          ...{ part: 0, of: 1 },
          sets: [
            {
              id: "text-file",
              name: "a.tsv",
              problem: null,
              warnings: [],
              classNames: ["a"],
              trainCounts: [1],
              testCounts: null,
            },
          ],
        }),
      ],
      ["leaving", () => undefined],
    ],
  };

  async function lineOf(namespace: string, lane: number): Promise<Socket | null> {
    const name = `${namespace} ${lane}`;
    const kept = lines.get(name);
    if (kept?.connected) return kept;
    kept?.disconnect();
    const extraHeaders: Record<string, string> =
      namespace === "/worker" ? { authorization: `Bearer ${stage.workerToken}` } : { cookie: stage.cookie };
    const socket = io(server.url + namespace, { extraHeaders, transports: ["websocket"], forceNew: true, reconnection: false });
    lines.set(name, socket);
    socket.on("assign", (_message, answer) => answer([{ accepted: false, reason: "fuzzed" }]));
    const open = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("connect_error", () => resolve(false));
      socket.io.once("close", () => resolve(false));
    });
    if (open && namespace === "/worker")
      await socket
        .timeout(answerMs)
        .emitWithAck("hello", hello)
        .catch(() => null);
    return open ? socket : null;
  }

  async function attempt(random: Random, lane: number): Promise<string> {
    if (random.chance(0.03)) return stranger(random);
    const namespace = random.pick(["/watch", "/worker"] as const);
    const socket = await lineOf(namespace, lane);
    if (socket === null) return `${namespace} not let in`;
    const cut = new Promise<string>((resolve) => socket.once("disconnect", () => resolve("cut")));
    const [event, makeValid] = random.pick(messages[namespace]);
    if (random.chance(0.06)) {
      const packet = Buffer.from(`42${namespace},7${JSON.stringify([event, makeValid(random) ?? null])}`);
      const spoiled = mutateBytes(random, packet);
      socket.io.engine.write(random.chance(0.2) ? spoiled : spoiled.toString("utf8"));
      return `${namespace} packet: ${await Promise.race([cut, later(socket, namespace)])}`;
    }
    const name = random.chance(0.05) ? random.pick(hostileTexts) : event;
    const message = random.chance(0.15) ? hostileValue(random) : mutate(random, makeValid(random) ?? null);
    const answered = new Promise<string>((resolve) => {
      const answer = (reply: { ok?: boolean; code?: string } | null) =>
        resolve(reply?.ok === false ? `refused ${reply.code}` : "answered");
      // Socket.IO keeps some names for itself.
      if (!["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"].includes(name))
        socket.emit(name, message, answer);
    });
    return `${namespace} ${await Promise.race([answered, cut, later(socket, namespace)])}`;
  }

  /** A little after the answer to a question that is always answered. */
  async function later(socket: Socket, namespace: string): Promise<string> {
    const question = namespace === "/watch" ? ["watch", { room: "experiments" }] : ["events", {}];
    const answer = await socket
      .timeout(answerMs)
      .emitWithAck(question[0] as string, question[1])
      .catch(() => "dead");
    await new Promise((resolve) => setTimeout(resolve, lateMs));
    return answer === "dead" ? "no answer in time" : "no answer";
  }

  async function stranger(random: Random): Promise<string> {
    const socket = io(server.url + random.pick(["/watch", "/worker", "/", "/other"]), {
      ...{ transports: [random.pick(["websocket", "polling"])], forceNew: true, reconnection: false },
      auth: { token: random.pick(hostileTexts), share: hostileValue(random) },
      query: random.chance(0.5) ? { share: random.pick(hostileTexts).toWellFormed() } : {},
      extraHeaders: random.chance(0.5) ? { authorization: "Bearer forged" } : {},
    });
    const told = await new Promise<string>((resolve) => {
      socket.once("connect", () => resolve("stranger let in"));
      socket.once("connect_error", () => resolve("stranger refused"));
    });
    socket.disconnect();
    return told;
  }

  return {
    name: "sockets",
    atOnce: 4,
    attempt,
    close: async () => {
      for (const socket of lines.values()) socket.disconnect();
    },
  };
}
