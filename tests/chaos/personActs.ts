import type { ExperimentDetail, RunRow } from "../../contract/wire/views.ts";
import { CallError } from "../support/processes/server.ts";
import { type Act, type Dice, type Done, nothing } from "./act.ts";
import { at } from "./random.ts";
import { studyKinds } from "./studies.ts";
import type { World } from "./world.ts";

/** Runs that are under way or wait, at most: more are not launched. */
const maxOpen = 14;

export async function listRuns(world: World): Promise<RunRow[]> {
  const studies = await Promise.all(world.experiments.map((id) => readStudy(world, id)));
  return studies.flatMap((study) => study?.runs ?? []);
}

async function readStudy(world: World, id: string): Promise<ExperimentDetail | null> {
  try {
    return await world.call("experiments.get", { id });
  } catch (error) {
    if (world.restoredAt === 0 || !(error instanceof CallError) || error.code !== "NOT_FOUND") throw error;
    // It was launched after the backup was made.
    world.experiments.splice(world.experiments.indexOf(id), 1);
    return null;
  }
}

export const isOpen = ({ status }: RunRow): boolean => !["finished", "diverged", "failed", "cancelled"].includes(status);

type StudyVerb = "experiments.pause" | "experiments.resume";
type RunVerb = "runs.cancel" | "runs.pause" | "runs.resume" | "runs.again";

async function toStudy(world: World, procedure: StudyVerb, die: number): Promise<string | null> {
  const id = at(world.experiments, die);
  if (id === undefined) return null;
  await world.call(procedure, { id });
  return id.slice(0, 8);
}

export async function launch(world: World, die: number): Promise<string> {
  const { name, config } = at(studyKinds, die)!;
  const { id } = await world.call("experiments.launch", { name, config });
  world.experiments.push(id);
  return name;
}

/** What a person does may be refused, or go unanswered: both are part of their day. */
function person(name: string, weight: number, act: (world: World, dice: Dice) => Promise<string | null>): Act {
  return {
    name,
    weight,
    async do(world, dice): Promise<Done> {
      try {
        const text = await act(world, dice);
        return text === null ? nothing : { text };
      } catch (error) {
        return { text: `refused: ${(error as Error).message.slice(0, 120)}` };
      }
    },
  };
}

function runAct(name: string, weight: number, procedure: RunVerb, which: (run: RunRow) => boolean, input = {}): Act {
  return person(name, weight, async (world, [die]) => {
    const run = at((await listRuns(world)).filter(which), die);
    if (!run) return null;
    await world.call(procedure, { id: run.id, ...input });
    return `run ${run.id.slice(0, 8)}, which was ${run.status}`;
  });
}

export const personActs: Act[] = [
  person("launch", 12, async (world, [die]) => {
    const open = (await listRuns(world)).filter(isOpen).length;
    return open > maxOpen ? null : launch(world, die);
  }),
  runAct("cancel a run", 2, "runs.cancel", isOpen),
  runAct("pause a run", 3, "runs.pause", isOpen),
  runAct("resume a run", 4, "runs.resume", (run) => run.status === "paused" || run.status === "pausing"),
  runAct("run again", 3, "runs.again", (run) => run.status === "cancelled" || run.status === "failed"),
  runAct("run again from the start", 1, "runs.again", (run) => run.status === "cancelled" || run.status === "failed", {
    fromStart: true,
  }),
  person("delete a run", 1, async (world, [die]) => {
    const run = at(
      (await listRuns(world)).filter((each) => !isOpen(each)),
      die,
    );
    if (!run) return null;
    world.deleted.add(run.id); // also if no answer comes
    await world.call("runs.remove", { id: run.id });
    return `run ${run.id.slice(0, 8)}`;
  }),
  person("cancel a study", 0.5, async (world, [die]) => {
    const id = at(world.experiments, die);
    if (id === undefined) return null;
    const { cancelled } = await world.call("experiments.cancel", { id });
    return `${cancelled} runs`;
  }),
  person("remove a study and restore it", 0.5, async (world, [die]) => {
    const id = at(world.experiments, die);
    if (id === undefined) return null;
    await world.call("experiments.remove", { id });
    await world.until(
      "it is restored",
      () =>
        world.call("experiments.restore", { id }).then(
          () => true,
          () => false,
        ),
      60_000,
    );
    return id.slice(0, 8);
  }),
  person("pause a study", 0.5, (world, [die]) => toStudy(world, "experiments.pause", die)),
  person("resume a study", 1, (world, [die]) => toStudy(world, "experiments.resume", die)),
  person("drain a worker, and let it take runs again", 1, async (world, [die]) => {
    const worker = at(await world.call("workers.list"), die);
    if (!worker) return null;
    await world.call("workers.drain", { id: worker.id, drained: true });
    setTimeout(() => world.call("workers.drain", { id: worker.id, drained: false }).catch(() => undefined), 4_000);
    return worker.name;
  }),
  person("run missing cells", 1, async (world, [die]) => {
    const id = at(world.experiments, die);
    if (id === undefined) return null;
    return `${(await world.call("experiments.runMissing", { id })).queued} runs`;
  }),
];
