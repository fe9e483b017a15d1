import type { OwnSet } from "../../../contract/data/ownSet.ts";
import type { WorkerView } from "../../../contract/wire/views.ts";
import { countOf, formatCount } from "../../text/formatNumber.ts";

/** A set of a person's own that workers have under one name. */
export interface OwnSetChoice {
  /** As the first worker says that can use it. */
  set: OwnSet;
  /** Workers that can use it. */
  workers: string[];
  /** Whether their copies have other classes or counts. */
  differs: boolean;
}

type Told = Pick<WorkerView, "name" | "ownSets">;

/** The sets of one kind that the connected workers have, by name; those that none can use come last. */
export function ownSetChoices(connected: readonly Told[], id: OwnSet["id"]): OwnSetChoice[] {
  const told = connected.flatMap(({ name, ownSets }) =>
    (ownSets ?? []).filter((set) => set.id === id).map((set) => ({ worker: name, set })),
  );
  return [...Map.groupBy(told, ({ set }) => set.name).values()]
    .flatMap((of): OwnSetChoice[] => {
      const usable = of.filter(({ set }) => set.problem === null);
      const first = usable[0] ?? of[0];
      if (first === undefined) return [];
      const contents = new Set(usable.map(({ set }) => JSON.stringify([set.classNames, set.trainCounts, set.testCounts])));
      return [{ set: first.set, workers: usable.map(({ worker }) => worker), differs: contents.size > 1 }];
    })
    .sort(
      (a, b) =>
        Number(a.set.problem !== null) - Number(b.set.problem !== null) ||
        a.set.name.localeCompare(b.set.name, "en", { numeric: true }),
    );
}

const namesShown = 6;
const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

/** "2 classes (bad, good); 90 texts, 40 to 50 per class". */
export function ownSetText(set: OwnSet): string {
  const { classNames, trainCounts, testCounts } = set;
  if (trainCounts.length === 0) return "Its contents are read when it is used.";
  const shown = classNames.slice(0, namesShown).join(", ");
  const names = classNames.length === 0 ? "" : ` (${shown}${classNames.length > namesShown ? ", …" : ""})`;
  const [least, most] = [Math.min(...trainCounts), Math.max(...trainCounts)];
  const each = least === most ? `${formatCount(most)} per class` : `${formatCount(least)} to ${formatCount(most)} per class`;
  const count =
    testCounts === null
      ? `${countOf(sum(trainCounts), "text")}, ${each}`
      : `${formatCount(sum(trainCounts))} training (${each}) and ${formatCount(sum(testCounts))} test pictures`;
  return `${countOf(trainCounts.length, "class", "classes")}${names}; ${count}.`;
}

/** "On 1 of 2 workers: gpu-1; its runs go there."; null where it goes without saying. */
export function whereText({ workers, set }: OwnSetChoice, connected: readonly Told[]): string | null {
  if (set.problem !== null || connected.length < 2) return null;
  if (workers.length === connected.length) return `On all ${connected.length} workers.`;
  return `On ${workers.length} of ${connected.length} workers (${workers.join(", ")}): its runs go there.`;
}
