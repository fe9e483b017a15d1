import type { DatasetConfig } from "../data/datasetConfig.ts";
import { countsThere, findOwnSet, type OwnSet, ownNameOf } from "../data/ownSet.ts";
import type { WorkerView } from "../wire/views.ts";
import type { LaunchKnowledge } from "./finding.ts";
import { placeOf } from "./workerPlace.ts";

type Told = Pick<WorkerView, "name" | "slots" | "devices" | "ownSets"> & { machine: Pick<WorkerView["machine"], "memoryBytes"> };

/** What the connected workers tell before a launch: of a set that several have, the first one's counts. */
export function launchKnowledge(connected: readonly Told[]): LaunchKnowledge {
  const find = (config: DatasetConfig) =>
    connected.map(({ ownSets }) => findOwnSet(ownSets ?? [], config)).filter((set) => set !== null);
  return {
    workers: connected.map(placeOf),
    countOwn: (config) => {
      for (const set of find(config)) {
        const counts = countsThere(set, config);
        if (counts) return { ...counts, names: set.classNames };
      }
      return null;
    },
    ownProblem: (config) => {
      const named = ownNameOf(config);
      if (named === null || connected.length === 0 || connected.some(({ ownSets }) => ownSets === null)) return null;
      const found = find(config);
      if (found.some(({ problem }) => problem === null)) return null;
      if (found[0]) return found[0].problem;
      const kind = named.id === "image-folder" ? "folder" : "file";
      const there = connected.flatMap(({ ownSets }) =>
        (ownSets ?? []).filter(({ id }) => id === named.id).map(({ name }) => name),
      );
      const listed = [...new Set(there)].slice(0, maxListed);
      const has = listed.length === 0 ? "there is none" : `there is ${listed.join(", ")}${there.length > maxListed ? ", …" : ""}`;
      return `No connected worker has the ${kind} "${named.name}" in its data-set folder (${has}): put it there, or choose one that is there.`;
    },
    ownDifference: (config) => {
      const usable = connected.flatMap(({ name, ownSets }) => {
        const set = findOwnSet(ownSets ?? [], config);
        return set?.problem === null ? [{ name, set }] : [];
      });
      const [first] = usable;
      const other = first && usable.find(({ set }) => !isAlike(first.set, set));
      if (!other) return null;
      const [a, b] = [first, other].map(({ name, set }) => `${name} (${sizeText(set)})`);
      return `${first.set.name} differs between the workers ${a} and ${b}: runs may go to either, and runs on different data are never averaged. Make the copies identical, or disconnect one of the workers.`;
    },
  };
}

const maxListed = 10;

/** Counts alone are compared: what else differs shows in the hashes of the runs. */
function isAlike(a: OwnSet, b: OwnSet): boolean {
  if (a.trainCounts.length === 0 || b.trainCounts.length === 0) return true;
  const told = ({ classNames, trainCounts, testCounts }: OwnSet) => JSON.stringify([classNames, trainCounts, testCounts]);
  return told(a) === told(b);
}

const sizeText = ({ classNames, trainCounts, testCounts }: OwnSet): string => {
  const sum = [...trainCounts, ...(testCounts ?? [])].reduce((total, n) => total + n, 0);
  return `${classNames.length} classes, ${sum.toLocaleString("en")} samples`;
};
