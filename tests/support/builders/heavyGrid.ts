import { datasetConfig } from "../../../contract/data/datasetConfig.ts";
import { grid } from "./studies.ts";

/** Runs that need about 6.2 GB of memory each. */
export const heavyGrid = (seeds: number[] = [0]) =>
  grid({
    seeds,
    datasets: [datasetConfig.parse({ id: "mnist", trainPerClass: 2_000 })],
    depths: [64],
    widths: [256],
    training: { ...grid().training, batch: "full" },
  });
