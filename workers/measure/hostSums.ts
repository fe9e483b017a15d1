import type { Dataset, SampleSet } from "../data/dataset.ts";
import { layerWidths } from "../models/layerWidths.ts";
import type { Network } from "../models/network.ts";
import { classifierOf, headBiasOf, parameterSlice, squaredNorms } from "../models/parameterLayout.ts";
import type { MeasuredLoss } from "./curvedLoss.ts";
import { type Chunk, type FeatureReader, type ParameterSource, parametersOf } from "./featureReader.ts";
import type { MomentSummer } from "./momentTiles.ts";
import { sumSplit } from "./splitSums.ts";
import type { SumsReader } from "./sums.ts";

/** Features kept between the passes over a split; above it the network runs again. */
const keptBytes = 256e6;

/** Reads every layer's features to the host and sums them there, in float64. @param pictured training samples, ascending */
export function hostSums(
  reader: FeatureReader,
  loss: MeasuredLoss,
  network: Network,
  { classes, train, test }: Dataset,
  pictured: readonly number[],
  summer: MomentSummer,
): SumsReader {
  const passes = { train: repeatable(reader, network, train), test: repeatable(reader, network, test) };
  return {
    async read(source, secondPass) {
      const parameters = await parametersOf(source);
      const head = classifierOf(parameters, network);
      const common = { classes, loss, head, summer };
      const chunks = passes.train(source);
      const onTrain = await sumSplit({ ...common, chunks, secondPass: secondPass ? "all" : "none" });
      const isTested = network.freeSamples === null && Number.isFinite(onTrain.fit);
      const onTest = isTested
        ? await sumSplit({
            ...common,
            chunks: passes.test(source),
            reference: onTrain.statistics,
            secondPass: secondPass ? "last" : "none",
          })
        : null;
      return {
        onTrain,
        onTest,
        head,
        bias: biasOf(network, parameters),
        squared: squaredNorms(parameters, network.parameters),
        pictured: () => lastFeatures(chunks, pictured, head.cols),
      };
    },
  };
}

function biasOf(network: Network, parameters: Float32Array): Float64Array | null {
  const name = headBiasOf(network.parameters);
  return name === null ? null : Float64Array.from(parameterSlice(parameters, network.parameters, name));
}

/** The last layer's features of some samples [·, d]. */
async function lastFeatures(chunks: () => AsyncIterable<Chunk>, wanted: readonly number[], dim: number): Promise<Float32Array> {
  const features = new Float32Array(wanted.length * dim);
  let at = 0;
  for await (const chunk of chunks()) {
    const last = chunk.features[chunk.features.length - 1];
    for (; at < wanted.length && wanted[at] < chunk.from + chunk.count; at++) {
      const i = wanted[at] - chunk.from;
      features.set(last.subarray(i * dim, (i + 1) * dim), at * dim);
    }
    if (at === wanted.length) break;
  }
  return features;
}

/**
 * The chunks of a set, to be read several times: the first time as they are computed, after that from buffers that the next
 * measurement refills, or computed again where those would be too large.
 */
function repeatable(reader: FeatureReader, network: Network, set: SampleSet) {
  const { classes } = network;
  const widths = layerWidths(network);
  const buffer = (columns: number) => new Float32Array(set.count * columns);
  const isKept = 4 * set.count * widths.reduce((sum, width) => sum + width, 0) <= keptBytes;
  const allocate = () => ({ logits: buffer(classes), features: widths.map(buffer) });
  let kept: ReturnType<typeof allocate> | null = null;
  return (source: ParameterSource): (() => AsyncIterable<Chunk>) => {
    if (!isKept) return () => reader.read(set, source);
    const chunks: Chunk[] = [];
    async function* compute(): AsyncGenerator<Chunk> {
      kept ??= allocate();
      const to = kept;
      for await (const chunk of reader.read(set, source)) {
        const copied = (whole: Float32Array, part: Float32Array, columns: number) => {
          whole.set(part, chunk.from * columns);
          return whole.subarray(chunk.from * columns, (chunk.from + chunk.count) * columns);
        };
        chunks.push({
          ...chunk,
          logits: copied(to.logits, chunk.logits, classes),
          features: chunk.features.map((layer, l) => copied(to.features[l], layer, widths[l])),
        });
        yield chunk; // read while it is still near the processor
      }
    }
    async function* again(): AsyncGenerator<Chunk> {
      yield* chunks;
    }
    return () => (chunks.length === 0 ? compute() : again());
  };
}
