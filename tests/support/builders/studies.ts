import type { ExperimentConfig } from "../../../contract/config/experimentConfig.ts";
import { presets } from "../../../contract/presets/presets.ts";
import type { RunRow } from "../../../contract/wire/views.ts";
import type { TestServer } from "../processes/server.ts";

const base = presets.find((preset) => preset.id === "first-steps")!.config;

/** A small grid; one run by default. */
export const grid = (change: Partial<ExperimentConfig> = {}): ExperimentConfig => ({
  ...base,
  depths: [2],
  seeds: [0],
  ...change,
});

/** Launches a study and gives its id and runs, in the order of its grid. */
export async function launch(
  server: TestServer,
  config: ExperimentConfig = grid(),
  about: { name?: string; tags?: string[] } = {},
): Promise<{ id: string; runs: RunRow[] }> {
  const { id } = await server.call("experiments.launch", { name: "a study", ...about, config });
  return { id, runs: (await getExperiment(server, id)).runs };
}

export const getExperiment = (server: TestServer, id: string) => server.call("experiments.get", { id });
export const getRun = async (server: TestServer, id: string) => (await server.call("runs.get", { id })).row;

/** Waits until a run has this status. */
export async function untilStatus(server: TestServer, id: string, status: RunRow["status"], timeoutMs = 60_000): Promise<RunRow> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const row = await getRun(server, id);
    if (row.status === status) return row;
    if (performance.now() > end) throw new Error(`run is ${row.status}, not ${status}, after ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
