import { Failure } from "../../../contract/failure.ts";
import { countValues, type StoredArray } from "../formats/storedArray.ts";
import { counted } from "../formats/unreadable.ts";
import { describeArray, type NamedArray } from "./namedArray.ts";
import { isPlainFeatures, type Role } from "./roleOf.ts";

/** Features of one step and split, of which one measurement is made. */
export interface FeatureSet {
  step: number;
  split: "train" | "test";
  /** First to last; each [N, d], of more dimensions flattened to that. */
  layers: { name: string; array: StoredArray; samples: number; dim: number; ref: string }[];
  labels: StoredArray;
  labelsRef: string;
  /** All that it is made of. */
  files: string[];
  /** Of the last layer; `transposed`: it stands as [d, K]. */
  head: {
    weights: StoredArray;
    weightsRef: string;
    bias: StoredArray | null;
    biasRef: string | null;
    transposed: boolean;
    classes: number;
  } | null;
}

export interface Assembled {
  sets: FeatureSet[];
  /** What was taken for what, where names did not say it; what was left out. */
  notes: string[];
}

/** What a person says of arrays, by their refs; it is above all names. */
export type RoleChoices = ReadonlyMap<string, Role>;

/**
 * Finds out what the arrays of one run are: features H [N, d] of one or several layers, labels y [N], classifier W [K, d] or [d, K] and
 * bias b [K]; by names, then by shapes. Arrays of one step and split belong together, whichever files they are in; labels and classifiers
 * without step or split belong to all.
 * @param step of what has none in its names
 * @param waiting takes why a step cannot be decided yet: it and all behind it, since steps must rise, are left for later
 * @throws Failure INVALID listing the arrays with their shapes where it cannot be decided: of the first step, or without `waiting` of any
 */
export function assemble(
  arrays: readonly NamedArray[],
  choices: RoleChoices,
  step: number | null,
  waiting?: string[],
): Assembled {
  const roles = arrays
    .map((one) => ({ ...one, role: choices.get(one.ref) ?? one.role }))
    .filter(({ role }) => role !== "ignored");
  const notes: string[] = [];
  const left = arrays.length - roles.length;
  if (left > 0)
    notes.push(
      `Left out by name: ${listed(arrays.filter(({ ref }) => !roles.some((one) => one.ref === ref)).map(({ ref }) => ref))}.`,
    );
  const isShared = ({ role, array }: NamedArray) =>
    role === "labels" || role === "weights" || role === "bias" || array.shape.length < 2;
  const steps = [...new Set(roles.flatMap((one) => one.step ?? []))].sort((a, b) => a - b);
  const hasUnstepped = roles.some((one) => one.step === null && !isShared(one));
  if (steps.length > 1 && hasUnstepped && step === null)
    throw refusal(
      "Some features have a step in their names and others have none",
      roles.filter((one) => one.step === null && !isShared(one)),
      'name them like "H_epoch_12.npy"',
    );
  const fallback = step ?? (steps.length === 1 ? steps[0]! : 0);
  if (steps.length === 0 && step === null)
    notes.push("No step is in the names (epoch_12, ep12, step=400): it is taken as step 0.");
  const wanted = [...new Set([...steps, ...(hasUnstepped || steps.length === 0 ? [fallback] : [])])].sort((a, b) => a - b);
  const sets: FeatureSet[] = [];
  for (const at of wanted) {
    const own = roles.filter((one) => one.step === at || (one.step === null && (isShared(one) || at === fallback)));
    try {
      sets.push(...setsOfStep(own, at, notes));
    } catch (error) {
      if (waiting === undefined || sets.length === 0 || !(error instanceof Failure)) throw error;
      waiting.push(error.message);
      break;
    }
  }
  if (sets.length === 0) throw refusal("No features with labels were found", arrays, howTo);
  return { sets, notes: [...new Set(notes)] };
}

function setsOfStep(arrays: NamedArray[], step: number, notes: string[]): FeatureSet[] {
  const of = (split: "train" | "test") =>
    arrays.filter((one) => one.split === split || (one.split === null && (split === "train" || mayServeAll(one, arrays))));
  return (["train", "test"] as const).flatMap((split) => {
    const own = of(split);
    if (!own.some((one) => (one.split ?? "train") === split && one.array.shape.length >= 2 && one.role !== "weights")) return [];
    return [makeSet(own, step, split, notes)];
  });
}

/** A classifier without split is that of both; labels without split only where no labels have one. */
const mayServeAll = (one: NamedArray, all: NamedArray[]) =>
  one.role === "weights" ||
  one.role === "bias" ||
  (one.role === "labels" && !all.some(({ role, split }) => role === "labels" && split !== null));

function makeSet(arrays: NamedArray[], step: number, split: "train" | "test", notes: string[]): FeatureSet {
  const labels = labelsOf(arrays, step, split, notes);
  const samples = countValues(labels.array.shape);
  const rest = arrays.filter((one) => one !== labels);
  const named = rest.filter(({ role }) => role === "weights");
  const rows = (one: NamedArray) => one.array.shape.length >= 2 && one.array.shape[0] === samples;
  const layers = rest.filter((one) => (one.role === "features" || one.role === null) && rows(one));
  const wrong = rest.find((one) => one.role === "features" && !rows(one));
  if (wrong !== undefined) {
    const hint =
      wrong.array.shape.length === 2 && wrong.array.shape[1] === samples ? "transpose it (H.T)" : "one row a sample is needed";
    throw refusal(
      `${wrong.ref} does not have as many rows as ${labels.ref} has labels (${counted(samples)}): ${hint}`,
      [wrong, labels],
      howTo,
    );
  }
  if (layers.length === 0)
    throw refusal(
      `No features with ${counted(samples)} rows, as many as ${labels.ref} has labels, were found at step ${counted(step)} (${split})`,
      arrays,
      howTo,
    );
  const sorted = inOrder(layers, named, notes);
  const names = layerNames(sorted);
  const found = sorted.map(({ array, ref }, at) => ({
    name: names[at]!,
    array,
    samples,
    dim: countValues(array.shape.slice(1)),
    ref,
  }));
  for (const { array, dim, ref } of found)
    if (array.shape.length > 2)
      notes.push(
        `${ref} has ${array.shape.length} dimensions: all but the first are joined to d = ${counted(dim)} (pool feature maps before you save them).`,
      );
  const others = rest.filter((one) => !layers.includes(one));
  const head = headOf(others, named, found, notes);
  const used = new Set([labels.ref, ...found.map(({ ref }) => ref), ...head.refs]);
  const files = [...new Set(arrays.flatMap(({ ref, file }) => (used.has(ref) ? [file] : [])))];
  const unused = arrays.filter(({ ref }) => !used.has(ref));
  if (unused.length > 0)
    notes.push(`Left out, since neither name nor shape says what they are: ${listed(unused.map(describeArray))}.`);
  return { step, split, layers: found, labels: labels.array, labelsRef: labels.ref, files, head: head.head };
}

function labelsOf(arrays: NamedArray[], step: number, split: string, notes: string[]): NamedArray {
  const isColumn = ({ array: { shape } }: NamedArray) => shape.length === 1 || (shape.length === 2 && shape[1] === 1);
  const named = arrays.filter(({ role }) => role === "labels");
  // Of this split and step before those of all.
  const best = named.filter((one) => one.split === split && one.step === step);
  const better = named.filter((one) => one.split === split);
  const close = named.filter((one) => one.step === step);
  const [choice = []] = [best, better, close, named].filter(({ length }) => length > 0);
  const where = `at step ${counted(step)} (${split})`;
  if (choice.length > 1)
    throw refusal(`Several arrays could be the labels ${where}`, choice, "say which one is (role labels), and ignore the others");
  const [only] = choice;
  if (only !== undefined) {
    if (isColumn(only)) return only;
    throw refusal(
      `${only.ref} cannot be labels: they are whole numbers [N], one a sample (of one-hot labels save y.argmax(1))`,
      [only],
      howTo,
    );
  }
  const rows = new Set(
    arrays.filter(({ array, role }) => array.shape.length >= 2 && role !== "weights").map(({ array }) => array.shape[0]),
  );
  // Of a classifier's bias there are fewer numbers than of labels.
  const columns = arrays.filter((one) => one.role === null && isColumn(one) && rows.has(one.array.shape[0]));
  const most = Math.max(...columns.map(({ array }) => array.shape[0]!));
  const byShape = columns.filter(({ array }) => array.shape[0] === most);
  const [taken] = byShape;
  if (taken === undefined || byShape.length > 1)
    throw refusal(
      `${byShape.length > 1 ? "Several arrays could be the labels" : "No labels were found"} ${where}`,
      arrays,
      howTo,
    );
  notes.push(`${taken.ref} is taken as the labels, by its shape.`);
  return taken;
}

function headOf(
  others: NamedArray[],
  named: NamedArray[],
  layers: FeatureSet["layers"],
  notes: string[],
): { head: FeatureSet["head"]; refs: string[] } {
  const dim = layers.at(-1)!.dim;
  if (named.length > 1)
    throw refusal("Several arrays could be the classifier W", named, "say which one is (role weights), and ignore the others");
  const biases = others.filter(({ role, array }) => role === "bias" || (role === null && array.shape.length === 1));
  const sizes = new Set(biases.map(({ array }) => countValues(array.shape)));
  const byShape = others.filter(
    ({ role, array: { shape } }) =>
      role === null &&
      shape.length === 2 &&
      ((shape[1] === dim && sizes.has(shape[0]!)) || (shape[0] === dim && sizes.has(shape[1]!))),
  );
  const [weights] = named.length === 1 ? named : byShape.length === 1 ? byShape : [];
  if (weights === undefined) {
    const [lone] = biases.filter(({ role }) => role === "bias");
    if (lone !== undefined) notes.push(`${lone.ref} is left out: a bias without its classifier W.`);
    return { head: null, refs: lone === undefined ? [] : [lone.ref] };
  }
  const [rows = 0, columns = 0] = weights.array.shape;
  if (weights.array.shape.length !== 2 || (columns !== dim && rows !== dim))
    throw refusal(
      `${weights.ref} does not fit the last layer ${layers.at(-1)!.name} (d = ${counted(dim)}): W is [K, d] or [d, K]`,
      [weights],
      howTo,
    );
  const transposed = columns !== dim;
  const classes = transposed ? columns : rows;
  if (rows === columns) notes.push(`${weights.ref} is square: it is taken as [K, d], as PyTorch has it.`);
  if (named.length === 0) notes.push(`${weights.ref} is taken as the classifier W, by its shape.`);
  const fitting = biases.filter(({ array }) => countValues(array.shape) === classes);
  const stated = fitting.filter(({ role }) => role === "bias");
  const own = stated.length > 0 ? stated : fitting;
  if (own.length > 1)
    throw refusal("Several arrays could be the bias b", own, "say which one is (role bias), and ignore the others");
  const unfit = biases.find((one) => one.role === "bias" && !fitting.includes(one));
  if (unfit !== undefined)
    throw refusal(`${unfit.ref} does not fit ${weights.ref}: the bias is [K], K = ${counted(classes)}`, [unfit, weights], howTo);
  const [bias] = own;
  if (bias !== undefined && bias.role === null) notes.push(`${bias.ref} is taken as the bias b, by its shape.`);
  return {
    head: {
      ...{ weights: weights.array, weightsRef: weights.ref, transposed, classes },
      ...{ bias: bias?.array ?? null, biasRef: bias?.ref ?? null },
    },
    refs: [weights.ref, ...(bias ? [bias.ref] : [])],
  };
}

/** h2 before h10, what is just called features last; or last the only one that the classifier fits. */
function inOrder(layers: readonly NamedArray[], named: readonly NamedArray[], notes: string[]): NamedArray[] {
  const late = ({ name }: NamedArray) => Number(isPlainFeatures(name));
  const sorted = layers.toSorted((a, b) => late(a) - late(b) || a.name.localeCompare(b.name, "en", { numeric: true }));
  const shape = named[0]?.array.shape ?? [];
  const fits = ({ array }: NamedArray) => shape.includes(countValues(array.shape.slice(1)));
  const [only, ...more] = sorted.filter(fits);
  if (only === undefined || more.length > 0 || only === sorted.at(-1)) return sorted;
  notes.push(`${only.ref} is taken as the last layer: the classifier fits it alone.`);
  return [...sorted.filter((one) => one !== only), only];
}

/** Names of layers: their own, unless one alone says no more than that it is features; each once. */
function layerNames(layers: readonly NamedArray[]): string[] {
  const seen = new Map<string, number>();
  return layers.map(({ name }) => {
    const plain = (layers.length === 1 && isPlainFeatures(name)) || name === "" ? "features" : name.slice(0, 110);
    const before = seen.get(plain) ?? 0;
    seen.set(plain, before + 1);
    return before === 0 ? plain : `${plain} (${before + 1})`;
  });
}

const howTo =
  "Name them features (or H, h1, h2, …), labels (or y), W and b, or say which is which: features=…, labels=…, weights=…, bias=… (role of each array on the page)";

const shown = 12;
const listed = (texts: readonly string[]) =>
  texts.length > shown ? `${texts.slice(0, shown).join(", ")} and ${counted(texts.length - shown)} more` : texts.join(", ");

const refusal = (what: string, arrays: readonly NamedArray[], way: string) =>
  new Failure(
    "INVALID",
    `${what}. There is: ${arrays.length === 0 ? "nothing" : listed(arrays.map(describeArray))}. ${way[0]!.toUpperCase()}${way.slice(1)}.`,
  );
