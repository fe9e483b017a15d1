import { packKey } from "../../contract/pack/packKey.ts";
import type { StartedPack } from "../../contract/wire/runEvents.ts";
import type { Member } from "./member.ts";
import type { FromRun, PackAdvice } from "./messages.ts";
import type { PreparedRun } from "./preparedRun.ts";
import { prepareRun } from "./prepareRun.ts";
import type { RunContext } from "./runContext.ts";
import { RunLife } from "./runLife.ts";
import { SharedParts } from "./sharedParts.ts";
import { timePacks } from "./timePacks.ts";
import { type GroupHost, type Trainee, trainTogether } from "./trainTogether.ts";

/** What has to be known of one of the runs. */
export type RunMember = Pick<Member, "runId" | "isOver" | "isTraining" | "open" | "settle">;

interface OpenRun {
  member: RunMember;
  run: RunContext;
}

interface ReadyRun extends OpenRun {
  prepared: PreparedRun;
}

/**
 * Trains the runs of a process: as many of a key in one step as is best, or alone where nothing is known of packs; more than that one pack
 * after the other. Each is settled by its own end.
 */
export async function executeRuns(
  members: RunMember[],
  advice: PackAdvice | undefined,
  send: (message: FromRun) => void,
): Promise<void> {
  const byKey = new Map<string, OpenRun[]>();
  for (const member of members) {
    await settling(member, async () => {
      const run = member.open();
      const key = packKey(run.config);
      byKey.set(key, [...(byKey.get(key) ?? []), { member, run }]);
    });
  }
  for (const runs of byKey.values()) await new KeyedRuns(advice, send).execute(runs);
}

/** Runs of one key, and what they share. */
class KeyedRuns {
  private readonly advice: PackAdvice | undefined;
  private readonly send: (message: FromRun) => void;
  private readonly shared = new SharedParts();
  /** Runs in one step; null while that is to be found. */
  private size: number | null;

  constructor(advice: PackAdvice | undefined, send: (message: FromRun) => void) {
    this.advice = advice;
    this.send = send;
    this.size = advice === undefined || advice.most === 1 ? 1 : null;
  }

  async execute(runs: OpenRun[]): Promise<void> {
    for (let waiting = alive(runs); waiting.length > 0; waiting = alive(waiting)) {
      const first = await this.prepareNext(waiting);
      if (!first) return;
      waiting = waiting.filter(({ member }) => member !== first.member);
      const size = waiting.length === 0 ? 1 : (this.size ?? (await this.findSize(first, waiting)));
      // Equal packs: the last one is not left with a few runs.
      const packs = Math.ceil((1 + waiting.length) / size);
      const wanted = Math.ceil((1 + waiting.length) / packs);
      const group = [first];
      while (group.length < wanted) {
        const next = await this.prepareNext(waiting);
        if (!next) break;
        group.push(next);
        waiting = waiting.filter(({ member }) => member !== next.member);
      }
      await this.train(group.filter(({ member }) => !member.isOver));
    }
  }

  /** @returns null where none is left */
  private async prepareNext(waiting: OpenRun[]): Promise<ReadyRun | null> {
    for (const { member, run } of waiting) {
      if (member.isOver) continue;
      let prepared: PreparedRun | null = null;
      await settling(member, async () => {
        prepared = await prepareRun(run, this.shared);
      });
      if (prepared && !member.isOver) return { member, run, prepared };
    }
    return null;
  }

  /** By timing where it is not known; a timing that was cut short by a stop decides for nothing but the pack at hand. */
  private async findSize({ member, run, prepared }: ReadyRun, others: OpenRun[]): Promise<number> {
    const { best = null, most = 1 } = this.advice ?? {};
    const { provider } = prepared.engine.choice;
    if (best?.provider === provider) {
      this.size = Math.min(best.runs, most);
      return this.size;
    }
    const configs = [run.config, ...others.map((other) => other.run.config)];
    const runs = await timePacks(configs, prepared, most, {
      trying: (tried) => this.send({ type: "together", runIds: [], runs: tried }),
      isOver: () => member.isOver,
    });
    if (member.isOver || runs === null) return runs ?? 1;
    this.size = runs;
    this.send({ type: "timed", best: { runs, provider } });
    return runs;
  }

  private async train(group: ReadyRun[]): Promise<void> {
    const ids = group.map(({ member }) => member.runId);
    const trainees: Trainee[] = [];
    for (const [place, { member, run, prepared }] of group.entries()) {
      await settling(member, async () => {
        const others = ids.filter((_, at) => at !== place);
        const pack: StartedPack | undefined = group.length > 1 ? { runs: group.length, place, with: others } : undefined;
        const life = await RunLife.begin(run, prepared, () => this.shared.observer(run.config, prepared), pack);
        trainees.push(traineeOf(member, life));
      });
    }
    const live = trainees.filter(({ isOver }) => !isOver);
    if (live.length > 0) await trainTogether(group[0].prepared.engine, live, this.host(group));
  }

  private host(group: ReadyRun[]): GroupHost {
    const idOf = ({ life }: Trainee) => group.find(({ run }) => run === life.run)!.member.runId;
    return {
      together: (trainees) => this.send({ type: "together", runIds: trainees.map(idOf), runs: trainees.length }),
      tooMany: (runs) => this.send({ type: "tooMany", runs }),
    };
  }
}

const alive = <Run extends OpenRun>(runs: Run[]): Run[] => runs.filter(({ member }) => !member.isOver);

const traineeOf = (member: RunMember, life: RunLife): Trainee => ({
  life,
  get isOver() {
    return member.isOver;
  },
  get isTraining() {
    return member.isTraining;
  },
  set isTraining(is) {
    member.isTraining = is;
  },
  settle: (error) => member.settle(error),
});

/** What goes wrong ends this run alone. */
async function settling(member: RunMember, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    await member.settle(error);
  }
}
