import { placeOf } from "../../contract/launch/workerPlace.ts";
import {
  type Hello,
  type HelloAnswer,
  hello,
  helloOfAnyVersion,
  type Lease,
  workerProtocolVersion,
} from "../../contract/wire/workerProtocol.ts";
import { listLeasesOf, renewLeases } from "../../db/queries/leases.ts";
import { lockGreeting, upsertWorker } from "../../db/queries/workers.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import { describeInvalid } from "../failures/describeInvalid.ts";
import type { ConnectedWorker, WorkerConnection } from "./connectedWorkers.ts";
import { endLostAttempt } from "./endLostAttempt.ts";
import { reclaimAttempts } from "./reclaimAttempts.ts";
import { recognizeWorker } from "./recognizeWorker.ts";
import type { Supervisor } from "./supervisor.ts";

/** A connection that was heard within so many heartbeats is no remainder of an earlier one. */
const heardWithin = 2.5;

/**
 * Makes the acquaintance of a worker that connected: renews the leases it holds, names those it lost, and takes back runs that it
 * should have and does not.
 */
export async function registerWorker(
  context: ServiceContext,
  supervisor: Supervisor,
  token: { id: string; local: boolean },
  line: WorkerConnection,
  message: unknown,
): Promise<{ answer: HelloAnswer; worker: ConnectedWorker | null }> {
  const refused = (code: string, text: string) => ({ answer: { ok: false as const, code, message: text }, worker: null });
  const version = (message as { protocol?: unknown } | null)?.protocol;
  if (version !== workerProtocolVersion)
    return refused(
      "PROTOCOL_MISMATCH",
      `This worker speaks version ${String(version).slice(0, 20)} of the protocol, the server version ${workerProtocolVersion}: install the same Collapsar on both. ${await whatBecomesOf(context, supervisor, message)}`,
    );
  const parsed = hello.safeParse(message);
  if (!parsed.success) return refused("INVALID", describeInvalid(parsed.error));
  const { workerId, name, version: program, machine, slots, devices, datasets, holding, kept: sent, identity } = parsed.data;
  const { ephemeral = false, minutesLeft, packs } = parsed.data;
  const leftMs = minutesLeft === undefined ? null : minutesLeft * 60_000;
  const { orm } = context.database;
  const isOtherHeard = (last: Awaited<ReturnType<typeof lockGreeting>>, instance: string) => {
    const withinMs = heardWithin * context.leaseTimes.heartbeatMs;
    if (supervisor.workers.hasOther(workerId, instance, withinMs)) return true;
    if (last?.greeting == null || last.greeting.instance === instance || last.serverId === null) return false;
    return last.silentMs < withinMs && context.bus.peers().includes(last.serverId);
  };
  const met = await context.database.transaction(async (tx) => {
    const last = identity ? await lockGreeting(tx, workerId) : null;
    const recognized = identity ? recognizeWorker(identity, last === null ? undefined : last.greeting) : null;
    if (recognized?.kind === "copy") return refused("COPY", recognized.message);
    if (identity && isOtherHeard(last, identity.instance))
      return refused(
        "IN_USE",
        "Another process of this worker's identity is connected: two workers use copies of one folder. If that one stays, this one continues as a worker of its own.",
      );
    const row = {
      ...{ id: workerId, tokenId: token.id, local: token.local, name, version: program, machine, slots, devices, datasets },
      ...(recognized && { greeting: recognized.stored }),
      ephemeral,
      packs: packs ?? null,
      serverId: context.bus.serverId,
    };
    const known = await upsertWorker(tx, row, leftMs);
    if (!known)
      return refused(
        "NOT_ALLOWED",
        "A worker of this data folder registered with another token, which is still valid: use that one, revoke it, or choose another folder with --data.",
      );
    return { recognized, known, isSameProcess: identity !== undefined && last?.greeting?.instance === identity.instance };
  });
  if ("answer" in met) return met;
  const { recognized, known, isSameProcess } = met;

  // An attempt that was stored to its end and is under way again: this database was restored since.
  const claimed = [...holding, ...sent];
  const renewed = await renewLeases(
    orm,
    claimed.map((held) => ({ ...held, step: null, stepMs: null })),
    context.leaseTimes.leaseMs,
  );
  const there = new Set(renewed.map(nameOf));
  const ranOut = claimed.filter((each) => !there.has(nameOf(each)));
  const reclaimed = await reclaimAttempts(context, workerId, ranOut);
  for (const run of reclaimed) there.add(nameOf(run));
  await supervisor.leases.unhold(holding);
  const lost = holding.filter((held) => !there.has(nameOf(held)));
  const sendAgain = sent.filter((each) => there.has(nameOf(each)));
  const kept = new Map([...renewed, ...reclaimed].map(({ runId, packId }) => [runId, packId ?? runId]));
  await takeBackForgotten(context, workerId, kept, isSameProcess);
  const place = placeOf({ name, slots, devices, machine });
  const worker = supervisor.workers.add({
    id: workerId,
    name,
    tokenId: token.id,
    slots,
    connection: line,
    datasets,
    place,
    busy: kept,
    packs,
    ephemeral,
    endsAt: leftMs === null ? null : performance.now() + leftMs,
    instance: identity?.instance ?? null,
    unconfirmedGreeting: recognized?.greeting.nonce ?? null,
    ...known,
  });
  supervisor.arrived(workerId);
  context.changes.listChanged("workers");
  for (const { runId, attempt, status } of renewed) {
    if (status === "cancelling") line.cancel({ runId, attempt });
    if (status === "pausing") line.suspend({ runId, attempt });
  }
  return { answer: { ok: true, ...context.leaseTimes, lost, sendAgain, ...greetingOf(recognized) }, worker };
}

function greetingOf(recognized: Extract<ReturnType<typeof recognizeWorker>, { kind: "known" }> | null) {
  if (recognized === null) return {};
  const { greeting, note } = recognized;
  return { greeting, ...(note !== null && { note }) };
}

const nameOf = ({ runId, attempt }: { runId: string; attempt: number }) => `${runId}.${attempt}`;

/** Keeps the runs of a worker of another version for it, and says for how long. */
async function whatBecomesOf(context: ServiceContext, supervisor: Supervisor, message: unknown): Promise<string> {
  const { data } = helloOfAnyVersion.safeParse(message);
  if (!data) return "What is in its spool stays there.";
  const { leaseMs } = context.leaseTimes;
  const claims = data.holding.map((held) => ({ ...held, step: null, stepMs: null }));
  const renewed = new Set((await renewLeases(context.database.orm, claims, leaseMs)).map((run) => run.runId));
  const held = data.holding.filter(({ runId }) => renewed.has(runId));
  const gone = data.holding.length - held.length;
  const said: string[] = [];
  if (data.holding.length === 0) said.push("It holds no run.");
  const until = held.length > 0 && (await supervisor.leases.hold(held));
  if (until)
    said.push(
      `${held.length} ${held.length === 1 ? "run is" : "runs are"} kept for it until ${until.toISOString().slice(0, 16).replace("T", " ")} UTC; then other workers may start whatever it has not sent by then. It continues to train and keeps what it measures, and sends that once the right version is started in its folder.`,
    );
  if (gone > 0) said.push(`${gone} of its runs no longer ${gone === 1 ? "belongs" : "belong"} to it.`);
  return said.join(" ");
}

/**
 * Takes back runs leased to this worker that it does not know of.
 * @param isSameProcess they never reached it, as where the server was killed while it gave them: that is no fault of theirs
 */
async function takeBackForgotten(
  context: ServiceContext,
  workerId: Hello["workerId"],
  kept: ReadonlyMap<string, string>,
  isSameProcess: boolean,
): Promise<void> {
  for (const run of await listLeasesOf(context.database.orm, [workerId])) {
    if (kept.has(run.id)) continue;
    const held: Lease = { runId: run.id, attempt: run.attempt, lease: run.lease! };
    await endLostAttempt(context, run.experimentId, held, "The worker came back without it.", { excused: isSameProcess });
  }
}
