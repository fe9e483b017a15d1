import { type DatasetConfig, datasetTitle, imbalanceOf, largeClassesOf } from "../data/datasetConfig.ts";
import { isTokenTask, pairsPerSum, type TokenTaskConfig } from "../data/tokenTasks.ts";

/** A choice of a run, as a page or an export names it. */
export type Fact = [name: string, value: string];

const count = (value: number) => value.toLocaleString("en");
const perClass = (value: number | null | undefined) => (value == null ? "all available" : count(value));

function tokenTaskFacts(task: TokenTaskConfig): Fact[] {
  if (task.id === "modular-addition") {
    const { modulus, trainShare, dataSeed } = task;
    const trained = `${pairsPerSum(task)} of the ${modulus} pairs of each sum (share ${trainShare}), drawn by seed ${dataSeed}`;
    return [
      ["Task", `(a + b) mod ${modulus} of the tokens a and b`],
      ["Training pairs", `${trained}; all others are test pairs`],
    ];
  }
  const { tokens, context, factors, values, exponent, strength, trainSamples, testSamples, dataSeed } = task;
  return [
    ["Task", `the token that follows ${context} of a language of ${tokens}`],
    ["Latent factors", `${factors} with ${values} values each, strength ${strength}`],
    ["Frequencies", `of tokens and of each factor's values as rank^(−${exponent})`],
    ["Samples", `${count(trainSamples)} for training and ${count(testSamples)} for the test, seed ${dataSeed}`],
  ];
}

/** Every choice of a data set. */
export function datasetFacts(dataset: DatasetConfig): Fact[] {
  if (isTokenTask(dataset)) return [["Data set", datasetTitle(dataset)], ...tokenTaskFacts(dataset)];
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
