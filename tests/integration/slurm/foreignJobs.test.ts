import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { slurmCommands } from "../../../server/launchers/slurm/slurmCommands.ts";
import { Slurm, whyNoSlurm } from "../../support/processes/slurm.ts";
import { until } from "../../support/until.ts";

const lacking = whyNoSlurm();
if (lacking !== null) console.log(`Skipped: jobs of others in a real Slurm (${lacking})`);

const script = "#!/bin/bash\nsleep 300\n";
const nobody = 65_534;

describe.skipIf(lacking !== null)("jobs in a Slurm that this server did not order", () => {
  let slurm: Slurm;
  let before: string | undefined;
  beforeAll(async () => {
    slurm = await Slurm.start();
    before = process.env.SLURM_CONF;
    process.env.SLURM_CONF = slurm.environment.SLURM_CONF;
  });
  afterAll(async () => {
    if (before === undefined) delete process.env.SLURM_CONF;
    else process.env.SLURM_CONF = before;
    await slurm?.stop();
  });

  test("are neither listed nor cancelled, also where they have its jobs' name, or its user", async () => {
    const submit = async (name: string) =>
      (await slurm.run("sbatch", ["--parsable", `--job-name=${name}`, "--output=/dev/null"], script)).trim();
    const [ordered, spare, otherName] = [await submit("collapsar-1"), await submit("collapsar-1"), await submit("thesis")];
    const env = { ...process.env, ...slurm.environment };
    const options = { uid: nobody, gid: nobody, env, input: script, encoding: "utf8", cwd: "/" } as const;
    const args = ["--parsable", "--job-name=collapsar-1", "--output=/dev/null"];
    const foreign = execFileSync("sbatch", args, options).trim();
    await until("all are known", async () => (await slurm.live()).length === 4);

    expect((await slurmCommands.queue("collapsar-1")).map(({ id }) => id).sort()).toEqual([ordered, spare].sort());
    await slurmCommands.cancel("collapsar-1", [ordered, otherName, foreign]);
    await until("the one is over", async () => (await slurm.stateOf(ordered)) === "CANCELLED");
    const states = await Promise.all([spare, otherName, foreign].map((id) => slurm.stateOf(id)));
    // Stopping Slurm ends this user's jobs alone.
    await slurm.run("scancel", ["--signal=KILL", "--full", foreign]);
    await until("the other user's job is over", async () => !/PENDING|RUNNING|COMPLETING/.test(await slurm.stateOf(foreign)));
    for (const state of states) expect(["PENDING", "RUNNING"]).toContain(state);
  });
});
