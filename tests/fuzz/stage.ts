import type { Lease } from "../../contract/wire/workerProtocol.ts";
import { numbered, started } from "../support/builders/events.ts";
import { launch } from "../support/builders/studies.ts";
import { RawWorker } from "../support/client/rawWorker.ts";
import { TestServer } from "../support/processes/server.ts";
import type { Random } from "./random.ts";

/** A real server in a process of its own, with a study, links, tokens and a run under way: what inputs are about. */
export interface Stage {
  server: TestServer;
  experimentId: string;
  runId: string;
  lease: Lease;
  cookie: string;
  share: string;
  hiddenShare: string;
  workerToken: string;
}

/** @param inspectPort where the server's memory can be asked for */
export async function openStage(inspectPort: number): Promise<Stage> {
  const env = { NODE_OPTIONS: `--inspect=127.0.0.1:${inspectPort}` };
  const server = await TestServer.start({ singleUser: false, env });
  const cookie = await server.signIn();
  const { id, runs } = await launch(server);
  const shareWith = async (hideNames: boolean) => (await server.call("shares.create", { experimentId: id, hideNames })).token;
  const { token: workerToken } = await server.call("workers.createToken", { name: "fuzzed" });
  const worker = await RawWorker.connect(server, { token: workerToken, id: workerId });
  const lease = await worker.nextAssignment(runs[0].id);
  await worker.events(lease, numbered([started()]));
  worker.close();
  const [share, hiddenShare] = [await shareWith(false), await shareWith(true)];
  return { server, experimentId: id, runId: runs[0].id, lease, cookie, share, hiddenShare, workerToken };
}

export const workerId = "11111111-1111-4111-8111-111111111111";

/** Headers of someone: the owner most of the time, else a reader of a link, a worker, or nobody. */
export function someone(random: Random, stage: Stage): Record<string, string> {
  const kinds: Record<string, string>[] = [
    {},
    { cookie: "collapsar=forged" },
    { "x-share-token": stage.share },
    { "x-share-token": stage.hiddenShare },
    { "x-share-token": "forged" },
    { authorization: `Bearer ${stage.workerToken}` },
    { authorization: "Bearer forged" },
  ];
  return random.chance(0.6) ? { cookie: stage.cookie } : random.pick(kinds);
}

/** One kind of input. */
export interface Target {
  name: string;
  /** Inputs tried at once. */
  atOnce: number;
  /** Tries an input and tells what kind of answer came; attempts of one lane follow each other. */
  attempt(random: Random, lane: number, index: number): Promise<string>;
  close(): Promise<void>;
}
