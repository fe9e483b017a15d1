import { isTransformer } from "../../../contract/config/architecture.ts";
import type { RunConfig } from "../../../contract/config/runConfig.ts";
import type { LayerMetric, ListMetric } from "../../../contract/metrics/metricInfo.ts";
import { listKey, type Split, seriesKey } from "../../../contract/metrics/seriesKey.ts";
import { balancedness } from "../../../math/collapse/balancedness.ts";
import { classMeansOf } from "../../../math/collapse/classMeansOf.ts";
import { dnc3 } from "../../../math/collapse/dnc.ts";
import { nearestCentre } from "../../../math/collapse/nearestCentre.ts";
import { rankMeasures } from "../../../math/collapse/rankMeasures.ts";
import { type LinearProbe, type ProbeSums, solveProbe } from "../../../math/collapse/ridgeProbe.ts";
import { featureSpectrum, weightSpectrum } from "../../../math/collapse/spectra.ts";
import { MathError } from "../../../math/MathError.ts";
import { pickEvenly } from "../../../math/statistics/spaced.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { Engine } from "../../engine/engine.ts";
import type { Network } from "../../models/network.ts";
import { type FeatureReader, type ParameterSource, parametersOf } from "../featureReader.ts";
import type { Findings } from "../findings.ts";
import { hasFloat64 } from "../hasFloat64.ts";
import { deviceMoments } from "./deviceMoments.ts";
import { hostMoments } from "./hostMoments.ts";
import { linearLayersOf } from "./layerWeights.ts";
import type { LinearRules, Moments } from "./moments.ts";

/** What is found of the layers at one step; spectra as lists. */
export type Survey = Pick<Findings, "values" | "missing" | "lists">;

export interface Surveyor {
  /** @param pause awaited between parts of the work: throws to stop */
  survey(source: ParameterSource, pause: () => Promise<void>): Promise<Survey>;
}

/** Of the probe: small enough to fit, large enough for coordinates that say the same. */
const probeRidge = 1e-3;
/** Numbers of all spectra of one kind in one survey; with more, those of some layers are kept, evenly spread, the first and the last among them. */
const mostNumbers = 16_384;

/** Second moments of all layers on the device where that has float64, else on the host; compiled at the first survey. */
export const momentsOf = (engine: Engine, network: Network, dataset: Dataset, reader: FeatureReader): Moments =>
  hasFloat64(engine) ? deviceMoments(engine, network, dataset) : hostMoments(reader, network);

/** Ranks, spectra, probes, nearest centres, balancedness and DNC3 of every layer. */
export function makeSurveyor(config: RunConfig, network: Network, dataset: Dataset, moments: Moments): Surveyor {
  return {
    async survey(source, pause) {
      const found: Survey = { values: {}, missing: {}, lists: {} };
      await pause();
      const sums = await moments.sums(dataset.train, source, pause);
      const spectra: Spectra = { spectrum: [], "spectrum.weights": [] };
      for (const [l, ofLayer] of sums.entries()) {
        await pause();
        spectrumFindings(found, spectra, "spectrum", "rank", l, dataset.train.count, () => featureSpectrum(ofLayer));
      }
      await weightFindings(found, spectra, config, network, await parametersOf(source), sums, pause);
      keepSpectra(found, spectra);
      await ruleFindings(found, network, dataset, moments, sums, source, pause);
      return found;
    },
  };
}

/** A filter is a matrix [C, 9C]. */
const readByPatches = "a convolution reads patches of this layer: its filters are no vectors beside class means";
const notInLine = "convolutions read patches: no two of their filters follow each other as matrices do";

type Spectra = Record<"spectrum" | "spectrum.weights", (Float64Array | null)[]>;
const ranks = ["numerical", "stable", "effective", "participation"] as const;

function attempt(found: Survey, metrics: readonly LayerMetric[], layer: number, compute: () => number[]): void {
  try {
    for (const [i, value] of compute().entries()) found.values[seriesKey("train", metrics[i], layer)] = value;
  } catch (error) {
    if (!(error instanceof MathError)) throw error;
    lack(found, metrics, layer, error.message);
  }
}

function lack(found: Survey, metrics: readonly LayerMetric[], layer: number, reason: string, split: Split = "train"): void {
  for (const metric of metrics) found.missing[seriesKey(split, metric, layer)] = reason.slice(0, 200);
}

function spectrumFindings(
  found: Survey,
  spectra: Spectra,
  kind: keyof Spectra,
  prefix: "rank" | "rank.weights",
  l: number,
  largestSide: number,
  compute: () => Float64Array,
): void {
  const metrics = ranks.map((name): LayerMetric => `${prefix}.${name}`);
  spectra[kind][l] = null;
  attempt(found, metrics, l + 1, () => {
    const values = compute();
    spectra[kind][l] = values;
    const measures = rankMeasures(values, Math.max(largestSide, values.length));
    return ranks.map((name) => measures[name]);
  });
}

async function weightFindings(
  found: Survey,
  spectra: Spectra,
  config: RunConfig,
  network: Network,
  parameters: Float32Array,
  sums: readonly ProbeSums[],
  pause: () => Promise<void>,
): Promise<void> {
  const path = linearLayersOf(network, parameters);
  const ofWeights = ranks.map((name): LayerMetric => `rank.weights.${name}`);
  for (let l = 0; l < network.layers; l++) {
    await pause();
    const at = path.findIndex(({ layer }) => layer === l + 1);
    const own = path[at]?.weights;
    if (!own) {
      lack(
        found,
        [...ofWeights, "balance", ...(l < network.layers - 1 ? ["dnc3" as const] : [])],
        l + 1,
        "no linear layer reads this one",
      );
      continue;
    }
    spectrumFindings(found, spectra, "spectrum.weights", "rank.weights", l, Math.max(own.rows, own.cols), () =>
      weightSpectrum(own),
    );
    const next = path[at + 1]?.weights;
    if (next && next.cols !== own.rows) lack(found, ["balance"], l + 1, notInLine);
    else if (next) attempt(found, ["balance"], l + 1, () => [balancedness(own, next)]);
    else lack(found, ["balance"], l + 1, "the classifier is the last linear layer: none follows it");
    if (l === network.layers - 1) continue; // measured with the class sums
    if (isTransformer(config.architecture)) lack(found, ["dnc3"], l + 1, "attention reads this layer: no linear layer does");
    else if (own.cols !== network.width) lack(found, ["dnc3"], l + 1, readByPatches);
    else attempt(found, ["dnc3"], l + 1, () => [dnc3(classMeansOf(sums[l]), own)]);
  }
}

/** To seven digits, which float32 features have. */
function keepSpectra(found: Survey, spectra: Spectra): void {
  for (const [kind, ofLayers] of Object.entries(spectra) as [keyof Spectra & ListMetric, (Float64Array | null)[]][]) {
    const there = [...ofLayers.entries()].flatMap(([l, values]) => (values ? [{ layer: l + 1, values }] : []));
    const longest = there.reduce((most, { values }) => Math.max(most, values.length), 1);
    for (const { layer, values } of pickEvenly(there, Math.max(2, Math.floor(mostNumbers / longest))))
      found.lists[listKey("train", kind, layer)] = Array.from(values, (value) => Number(value.toPrecision(7)));
  }
}

/** Accuracies of the probe and of the nearest class centres: of the training set, and of the test set where there is one. */
async function ruleFindings(
  found: Survey,
  network: Network,
  { train, test }: Dataset,
  moments: Moments,
  sums: readonly ProbeSums[],
  source: ParameterSource,
  pause: () => Promise<void>,
): Promise<void> {
  const sets = network.freeSamples === null ? (["train", "test"] as const) : (["train"] as const);
  const rules: LinearRules[] = [];
  const has: ("probe" | "ncc")[][] = [];
  for (const [l, ofLayer] of sums.entries()) {
    await pause();
    const none: LinearProbe = { classes: ofLayer.classes, dim: ofLayer.dim, ...noRule(ofLayer) };
    const given: ("probe" | "ncc")[] = [];
    const make = (metric: "probe" | "ncc", solve: () => LinearProbe): LinearProbe => {
      try {
        const rule = solve();
        given.push(metric);
        return rule;
      } catch (error) {
        if (!(error instanceof MathError)) throw error;
        for (const split of sets) lack(found, [metric], l + 1, error.message, split);
        return none;
      }
    };
    const pair: LinearRules["pair"] = [
      make("probe", () => solveProbe(ofLayer, probeRidge)),
      make("ncc", () => nearestCentre(ofLayer)),
    ];
    rules.push({ centre: ofLayer.reference, pair });
    has.push(given);
  }
  for (const split of sets) {
    const set = split === "train" ? train : test;
    const right = await moments.right(set, source, rules, pause);
    for (const [l, counts] of right.entries())
      for (const [r, metric] of (["probe", "ncc"] as const).entries())
        if (has[l].includes(metric)) found.values[seriesKey(split, metric, l + 1)] = counts[r] / set.count;
  }
}

const noRule = ({ classes, dim }: ProbeSums) => ({
  weights: new Float64Array(classes * dim),
  bias: new Float64Array(classes),
});
