import { describe, expect, test } from "vitest";
import { type TypedForm, typeOver } from "../../../../app/workers/jobForm/typedForm.ts";
import { jobNote, jobState } from "../../../../app/workers/launchers/jobText.ts";
import { exampleForm, scriptOf } from "../../../../app/workers/slurm/slurmForm.ts";
import { jobEnds, type LaunchedJobView } from "../../../../contract/launcher.ts";
import type { SlurmForm } from "../../../../contract/slurm/slurmJob.ts";

const server = "https://studies.example.org";
const fillForm = (typed: TypedForm<SlurmForm>, server: string) => typeOver(exampleForm(server), typed);

describe("the form of a Slurm script", () => {
  test("has a script as it is at the beginning", () => {
    const script = scriptOf(fillForm({}, server));
    expect(script.problems).toBeNull();
    expect(script.text).toContain("#SBATCH --array=1-4\n");
    expect(script.text).toContain("#SBATCH --gres=gpu:1\n");
    expect(script.text).toContain(`--server '${server}'`);
  });

  test("follows what is typed, from an address too", () => {
    const { text } = scriptOf(
      fillForm(
        { partition: "long", tasks: "12", device: "cpu", cpus: "3", minutes: "90", server: "http://10.0.0.1:4040/" },
        server,
      ),
    );
    for (const line of ["--partition=long", "--array=1-12", "--time=01:30:00", "--cpus-per-task=3"])
      expect(text).toContain(`#SBATCH ${line}\n`);
    expect(text).toContain("--server 'http://10.0.0.1:4040'");
    expect(text).not.toContain("gres");
  });

  test("says at each field what is wrong with it, and has no script then", () => {
    const { text, problems } = scriptOf(fillForm({ partition: "x$(id)", minutes: "1e9", tasks: "many", account: "ok" }, ""));
    expect(text).toBeNull();
    expect(problems).toEqual({
      partition: "a partition may contain only letters, digits and . _ @ : + , / -",
      minutes: "the time limit must be at most 43200 minutes",
      tasks: expect.stringContaining("number"),
      server: "the server's address begins with http:// or https://, and has no path",
    });
  });

  test("knows no more fields than there are", () => {
    expect(Object.keys(fillForm({ evil: "x" } as never, server))).toEqual(Object.keys(exampleForm(server)));
  });
});

describe("a job on the page", () => {
  const now = Date.parse("2026-11-28T20:10:00Z");
  const job: LaunchedJobView = {
    ...{ id: "12_1", state: "running", since: "2026-11-28T20:00:00Z", startedAt: "2026-11-28T20:00:00Z", end: null },
    ...{ endsBy: "2026-11-28T21:15:00Z", node: "node-7", slots: 1, reason: null, worker: { id: "a", name: "slurm-12_1" } },
  };

  test("every end has a word", () => {
    expect(jobEnds.map((end) => jobState({ state: "ended", end }).text)).toEqual([
      ...["finished", "failed", "out of memory", "time limit", "preempted", "node failed", "cancelled", "ended"],
    ]);
    expect(jobState({ state: "pending", end: null })).toEqual({ text: "waiting", tone: "plain" });
  });

  test("that runs shows the time it has left, or that its worker does not come", () => {
    expect(jobNote(job, now)).toBe("1 h 5 min left");
    expect(jobNote({ ...job, worker: null }, now)).toBe("its worker has not connected: can the node reach this server?");
    expect(jobNote({ ...job, worker: null }, now - 9 * 60_000)).toBe("1 h 14 min left");
    expect(jobNote({ ...job, state: "pending", reason: "Resources" }, now)).toBe("Resources");
    expect(jobNote({ ...job, state: "ended", end: "failed", reason: "NonZeroExitCode" }, now)).toBe("NonZeroExitCode");
  });
});
