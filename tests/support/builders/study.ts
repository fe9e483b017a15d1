import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createTRPCClient, httpLink } from "@trpc/client";
import type { ExperimentConfig } from "../../../contract/config/experimentConfig.ts";
import { trainingConfig } from "../../../contract/config/trainingConfig.ts";
import type { SpooledEvent } from "../../../contract/wire/runEvents.ts";
import type { AppRouter } from "../../../server/appRouter.ts";
import { clusters } from "../processes/protocolServer.ts";
import { joinAttempts } from "./joinAttempts.ts";

export type Api = ReturnType<typeof connect>;

export const connect = (url: string) => createTRPCClient<AppRouter>({ links: [httpLink({ url: `${url}/trpc` })] });

/** A grid of small networks on Gaussian clusters. */
export function smallStudy(changes: Partial<ExperimentConfig> & { steps?: number } = {}): ExperimentConfig {
  const { steps = 300, ...rest } = changes;
  return {
    datasets: [clusters],
    architectures: [{ name: "rn1", normalization: "post-ln" }],
    depths: [2, 4],
    widths: [16],
    losses: ["ce"],
    regularizers: [{ family: "weights", objective: "uniform", lambda: 0.005, scaling: "constant", headLambda: 0.005 }],
    seeds: [0],
    headBias: false,
    training: trainingConfig.parse({ steps }),
    measuring: { name: "every", steps: 10 },
    device: "auto",
    ...rest,
  };
}

/** All valid points of a run in the database, as "series step value", in order. */
export async function storedPoints(url: string, runId: string): Promise<string[]> {
  const response = await fetch(`${url}/export/runs/${runId}.csv?head=none`);
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  const [header, ...lines] = (await response.text()).trim().split(/\r?\n/);
  const columns = header.split(",");
  const [series, step, value] = ["series", "step", "value"].map((name) => columns.indexOf(name));
  return lines
    .map((line) => line.split(","))
    .map((cells) => `${cells[series]} ${cells[step]} ${Number(cells[value])}`)
    .sort();
}

/** Events of a run's attempts as the workers wrote them, from their folders' spools and ledgers; set-aside ones are not among them. */
export function ledgerOf(folders: string[], runId: string): SpooledEvent[][] {
  const files = folders.flatMap((folder) => {
    const spool = join(folder, "worker", "spool");
    return existsSync(spool) ? readdirSync(spool).map((name) => join(spool, name)) : [];
  });
  const numbered = files.flatMap((path) => {
    const match = path.match(new RegExp(`${runId}\\.(\\d+)\\.jsonl(\\.sent)?$`));
    return match ? [{ path, attempt: Number(match[1]) }] : [];
  });
  return numbered
    .sort((a, b) => a.attempt - b.attempt)
    .map(({ path }) =>
      readFileSync(path, "utf8")
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line) as SpooledEvent),
    );
}

/** What the database must hold of a run by its workers' own books. */
export function ledgerPoints(folders: string[], runId: string): string[] {
  const { points } = joinAttempts(ledgerOf(folders, runId));
  return [...points].flatMap(([step, values]) => Object.entries(values).map(([key, value]) => `${key} ${step} ${value}`)).sort();
}
