import { Failure } from "../../contract/failure.ts";
import type { Engine } from "../engine/engine.ts";
import type { TrainingState } from "../training/train.ts";
import { excuse } from "./excuse.ts";
import { type GroupTrainer, openGroup } from "./groupTrainer.ts";
import { machineFault } from "./machineFault.ts";
import type { AsideClock, RunLife } from "./runLife.ts";

/** A run in training, and its place in the process. */
export interface Trainee {
  life: RunLife;
  /** It has ended, also where another part of the process ended it: its place is free. */
  readonly isOver: boolean;
  /** Whether a stop waits for its next step, and a checkpoint there. */
  isTraining: boolean;
  /** It has finished (null), or ended for that reason. */
  settle(error: unknown): Promise<void>;
}

/** What the process around has to say of it. */
export interface GroupHost {
  /** These now train in one step. */
  together(trainees: Trainee[]): void;
  /** So many were too many for the device. */
  tooMany(runs: number): void;
}

/** Those that are left, and what they continue from. */
interface Places {
  trainees: Trainee[];
  states: TrainingState[];
}

/**
 * Takes runs of one key through their training in one compiled step, each to its own end. Where half of the places are free, the step is
 * compiled anew for those that are left; where so many cannot be compiled, they train in two halves, one after the other.
 */
export async function trainTogether(engine: Engine, trainees: Trainee[], host: GroupHost): Promise<void> {
  const aside: AsideClock = { ms: 0 };
  let places: Places = { trainees, states: trainees.map(({ life }) => life.initialState) };
  for (let isFirst = true; places.trainees.length > 0; isFirst = false) {
    const group = new Group(places.trainees, host, aside);
    try {
      places = await group.train(engine, places.states, isFirst);
    } catch (error) {
      const left = places.trainees.filter(({ isOver }) => !isOver);
      if (left.length > 1 && isFirst && !group.hasAdvanced) return trainHalves(engine, left, host, error);
      return endTogether(left, left.length, host, error);
    }
  }
}

/** Runs in one compiled step, from its compilation until too few are left of them. */
class Group {
  /** Whether a step was made: what the runs began from is no longer theirs. */
  hasAdvanced = false;
  private readonly trainees: Trainee[];
  private readonly host: GroupHost;
  private readonly aside: AsideClock;

  constructor(trainees: Trainee[], host: GroupHost, aside: AsideClock) {
    this.trainees = trainees;
    this.host = host;
    this.aside = aside;
  }

  async train(engine: Engine, states: TrainingState[], isFirst: boolean): Promise<Places> {
    const { trainees, host } = this;
    host.together(trainees);
    const before = performance.now();
    const trainer = await openGroup(
      engine,
      trainees.map(({ life }, at) => ({ ...life.prepared, config: life.run.config, state: states[at], step: life.step })),
    );
    const openMs = performance.now() - before;
    try {
      if (isFirst) await this.enter(trainer);
      return await this.takeSteps(trainer, openMs);
    } finally {
      await trainer.dispose().catch(() => {}); // after the loss of a device there may be nothing to give back
    }
  }

  private async enter(trainer: GroupTrainer): Promise<void> {
    await this.each(async (trainee, at) => {
      trainee.isTraining = true;
      if (trainer.note) trainee.life.say("info", trainer.note);
      await trainee.life.trainsIn(trainer.slices[at], this.aside);
    });
  }

  private async takeSteps(trainer: GroupTrainer, openMs: number): Promise<Places> {
    for (;;) {
      await this.each(async ({ life }, at) => {
        if (life.isTrained) await life.saveEnd(trainer.slices[at]);
      });
      await this.each(async ({ life, settle }, at) => {
        if (!life.isTrained) return;
        await life.finish(trainer.slices[at]);
        await settle(null);
      });
      const live = this.live;
      if (live.length === 0) return { trainees: [], states: [] };
      // What polishes does so alone, in a step of its own, from its best state.
      const polishing = live.find(([, { life }]) => life.beginsPolishing);
      if (polishing) {
        const [at, trainee] = polishing;
        return { trainees: [trainee], states: [await trainee.life.polishFrom(trainer.slices[at])] };
      }
      if (2 * live.length <= this.trainees.length && this.pays(live, openMs)) {
        const kept = await Promise.all(live.map(([at]) => trainer.slices[at].readState()));
        return { trainees: live.map(([, trainee]) => trainee), states: kept };
      }
      const { updates, fits, ms, ended } = await trainer.advance(Math.min(...live.map(([, { life }]) => life.stepsToNext)));
      this.hasAdvanced = true;
      await this.each(({ life }, at) => {
        const own = fits.map((fit) => fit[at]);
        return life.advanced({ updates, fits: own, ms, ended }, trainer.slices[at]);
      });
    }
  }

  private get live(): [number, Trainee][] {
    return [...this.trainees.entries()].filter(([, { isOver }]) => !isOver);
  }

  /** For each that has not ended; what goes wrong ends that one alone. */
  private async each(work: (trainee: Trainee, at: number) => Promise<void>): Promise<void> {
    for (const [at, trainee] of this.live) {
      if (trainee.isOver) continue;
      try {
        await work(trainee, at);
      } catch (error) {
        if (this.trainees.length > 1 && isOfStep(error)) await endTogether([trainee], this.trainees.length, this.host, error);
        else await trainee.settle(error);
      }
    }
  }

  /** Whether a step of half the places saves more time than its compilation takes. */
  private pays(live: [number, Trainee][], openMs: number): boolean {
    const left = live.map(([, { life }]) => life.stepsLeft * life.stepMs);
    return Math.max(...left) / 2 > openMs;
  }
}

/** Nothing is trained yet: as two smaller steps, unless it is the runs' own failure. */
async function trainHalves(engine: Engine, trainees: Trainee[], host: GroupHost, error: unknown): Promise<void> {
  const size = error instanceof Failure ? 1 : Math.ceil(trainees.length / 2);
  if (!(error instanceof Failure)) {
    host.tooMany(trainees.length);
    const text = `${trainees.length} runs cannot train in one step here: ${messageOf(error)}. They train in smaller packs, one after the other.`;
    for (const { life } of trainees) life.say("warning", text);
  }
  for (const trainee of trainees) trainee.isTraining = false;
  for (let at = 0; at < trainees.length; at += size) {
    const part = trainees.slice(at, at + size).filter(({ isOver }) => !isOver);
    await trainTogether(engine, part, host);
  }
}

/** Whether the device failed, or the program: not the run itself, nor the disk that it writes to. */
const isOfStep = (error: unknown): boolean =>
  !(error instanceof Failure) && typeof (error as NodeJS.ErrnoException | null)?.syscall !== "string";

/** What the device held is lost: each run is tried again from its own checkpoint, and none is blamed for the others. @param runs in the step */
async function endTogether(trainees: Trainee[], runs: number, host: GroupHost, error: unknown): Promise<void> {
  if (runs > 1) host.tooMany(runs);
  for (const trainee of trainees) await trainee.settle(runs === 1 ? error : lostTogether(runs, error));
}

function lostTogether(runs: number, error: unknown): Failure {
  const reason = machineFault(error)?.message ?? messageOf(error);
  const text = `A step of ${runs} runs in one pack failed: ${reason}. Each resumes from its own checkpoint, in smaller packs.`;
  return excuse(new Failure("CRASHED", text));
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
