import { type DatasetConfig, datasetTitle, imbalanceOf, largeClassesOf } from "../data/datasetConfig.ts";

/** A choice of a run, as a page or an export names it. */
export type Fact = [name: string, value: string];

const count = (value: number) => value.toLocaleString("en");
const perClass = (value: number | null | undefined) => (value == null ? "all available" : count(value));

/** Every choice of a data set. */
export function datasetFacts(dataset: DatasetConfig): Fact[] {
  const facts: Fact[] = [
    ["Data set", datasetTitle(dataset)],
    ["Training samples per class", perClass(dataset.trainPerClass)],
    ["Test samples per class", perClass(dataset.testPerClass)],
  ];
  switch (dataset.id) {
    case "image-folder":
      facts.push(["Folder", dataset.folder], ["Picture side", `${dataset.size} px`]);
      break;
    case "text-file":
      facts.push(["File", dataset.file]);
      facts.push(["Test share", `${dataset.testShare} of each class's lines, split by seed ${dataset.splitSeed}`]);
      break;
    case "gaussian-clusters":
      facts.push(["Separation", String(dataset.separation)]);
  }
  if ("vocabulary" in dataset)
    facts.push(["Words", `${count(dataset.maxLength)} per text, of a vocabulary of ${count(dataset.vocabulary)}`]);
  if ("dimension" in dataset)
    facts.push(["Made", `${dataset.classes} classes in ${dataset.dimension} dimensions, seed ${dataset.dataSeed}`]);
  if ("labelNoise" in dataset && dataset.labelNoise)
    facts.push(["Label noise", `${dataset.labelNoise.rate} of each class's training labels, seed ${dataset.labelNoise.seed}`]);
  if (imbalanceOf(dataset) < 1) {
    const large = largeClassesOf(dataset);
    const profile = large === null ? "" : `, two levels: the first ${large} large, all others small`;
    facts.push(["Imbalance", `smallest training class ${imbalanceOf(dataset)} of the largest${profile}`]);
  }
  return facts;
}
