/**
 * What every measure of many classes costs, beside the arithmetic of a library of PyTorch accumulators (tests/bench/many_classes_torch.py
 * says which): `npm run bench:classes`, or `node tests/bench/manyClasses.ts CLASSES WIDTH LAYERS SAMPLES`. One after the other, each in
 * a process of its own with one thread, on the same random features from one file: each layer is read from it anew, so that the
 * forward pass costs nothing. Prints machine, versions, time and peak memory (features included, and less what was there before), and
 * the values of both. PyTorch is looked for in COLLAPSAR_TORCH_PYTHON, then in python3; by default K = 100 with it, then K = 1,000 alone.
 */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { picturedClasses } from "../../contract/metrics/picturedClasses.ts";
import { geometryPicture } from "../../math/collapse/geometryPicture.ts";
import { hiddenLayerMetrics, lastLayerMetrics } from "../../math/collapse/layerMetrics.ts";
import { matrix } from "../../math/linear/matrix.ts";
import { gramDistance } from "../../math/optimum/gramDistance.ts";
import { procrustesDistance } from "../../math/optimum/procrustesDistance.ts";
import { unconstrainedOptimum } from "../../math/optimum/unconstrainedOptimum.ts";
import { createEngine } from "../../workers/engine/createEngine.ts";
import { momentTiles } from "../../workers/measure/momentTiles.ts";
import { sumSplit } from "../../workers/measure/splitSums.ts";
import { findPython } from "../support/processes/findPython.ts";

interface Size {
  classes: number;
  width: number;
  layers: number;
  samples: number;
}

interface Measured {
  wallMs: number;
  cpuMs: number;
  ownBytes: number;
  peakBytes: number;
  version: string;
  values: Record<string, number>;
}

const run = promisify(execFile);
const self = fileURLToPath(import.meta.url);
const batch = 512;

if (process.argv[2] === "ours") {
  const [classes, width, layers, samples] = process.argv.slice(4).map(Number);
  console.log(JSON.stringify(await measureOurs(process.argv[3], { classes, width, layers, samples })));
  process.exit(0);
}
const given = process.argv.slice(2).map(Number);
const [classes, width, layers, samples] = given;
const sizes: Size[] =
  given.length === 4
    ? [{ classes, width, layers, samples }]
    : [
        { classes: 100, width: 512, layers: 20, samples: 50_000 },
        { classes: 1000, width: 512, layers: 20, samples: 50_000 },
      ];
const python = findPython("torch", "numpy");
console.log(
  `${cpus()[0]?.model}, ${cpus().length} cores, ${gigabytes(totalmem())}, Node ${process.versions.node}; one thread each`,
);
if (python === null) console.log("no PyTorch: our figures alone");
for (const [at, size] of sizes.entries()) {
  const folder = await mkdtemp(join(tmpdir(), "collapsar-classes-"));
  try {
    const file = join(folder, "features.f32");
    await writeFeatures(file, size);
    console.log(`\nK = ${size.classes}, d = ${size.width}, ${size.layers} layers, N = ${size.samples}`);
    const sides: [string, string, string[]][] = [["Collapsar", process.execPath, [self, "ours", file]]];
    if (python !== null && at === 0)
      sides.push(["PyTorch accumulators", python, [fileURLToPath(new URL("many_classes_torch.py", import.meta.url)), file]]);
    for (const [name, program, before] of sides) {
      const numbers = [size.classes, size.width, size.layers, size.samples].map(String);
      const { stdout } = await run(program, [...before, ...numbers, ...(name === "Collapsar" ? [] : [String(batch)])]);
      report(name, JSON.parse(stdout.trim().split("\n").at(-1)!) as Measured);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
process.exit(0);

function report(name: string, { wallMs, cpuMs, ownBytes, peakBytes, version, values }: Measured): void {
  console.log(`${name} (${version}): ${(wallMs / 1000).toFixed(1)} s, ${(cpuMs / 1000).toFixed(1)} s of processor time`);
  console.log(`  peak ${gigabytes(peakBytes)}, of it ${gigabytes(ownBytes)} before the first sum`);
  console.log(
    `  last layer: ${Object.entries(values)
      .map(([id, value]) => `${id} ${value.toPrecision(8)}`)
      .join(", ")}`,
  );
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}

/** N features about K random means, then a random classifier, float32. */
async function writeFeatures(file: string, { classes, width, samples }: Size): Promise<void> {
  let state = 1;
  const next = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647 - 0.5;
  };
  const means = Float32Array.from({ length: classes * width }, next);
  const out = createWriteStream(file);
  const put = async (values: Float32Array) => {
    if (!out.write(Buffer.from(values.buffer))) await once(out, "drain");
  };
  for (let from = 0; from < samples; from += batch) {
    const rows = Math.min(batch, samples - from);
    const part = new Float32Array(rows * width);
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < width; j++) part[i * width + j] = means[((from + i) % classes) * width + j] + 2 * next();
    await put(part);
  }
  await put(Float32Array.from({ length: classes * width }, next));
  out.end();
  await once(out, "finish");
}

/** Every measure of every layer, as a run's process works them out from features on the host. */
async function measureOurs(file: string, { classes, width, layers, samples }: Size): Promise<Measured> {
  const all = new Float32Array(samples * width + classes * width);
  let at = 0;
  const bytes = new Uint8Array(all.buffer);
  for await (const part of createReadStream(file)) {
    bytes.set(part as Uint8Array, at);
    at += (part as Uint8Array).length;
  }
  const head = matrix(classes, width, all.subarray(samples * width));
  const labels = Uint16Array.from({ length: samples }, (_, i) => i % classes);
  const engine = await createEngine({ device: "cpu", threads: 1 });
  const logits = new Float32Array(batch * classes);
  async function* chunks() {
    for (let from = 0; from < samples; from += batch) {
      const count = Math.min(batch, samples - from);
      const features = all.subarray(from * width, (from + count) * width);
      for (let i = 0; i < count; i++)
        for (let k = 0; k < classes; k++) {
          let sum = 0;
          for (let j = 0; j < width; j++) sum += features[i * width + j] * all[(samples + k) * width + j];
          logits[i * classes + k] = sum;
        }
      yield {
        ...{ from, count, labels: labels.subarray(from, from + count), logits: logits.subarray(0, count * classes) },
        features: Array.from({ length: layers }, () => features),
      };
    }
  }
  const ownBytes = 1024 * process.resourceUsage().maxRSS;
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  const summer = momentTiles(engine);
  const sums = await sumSplit({ classes, loss: { loss: "ce" }, head, chunks, secondPass: "all", summer });
  const last = layers - 1;
  let values: Record<string, number> = {};
  sums.statistics.forEach((statistics, l) => {
    const input = { statistics, moments: sums.moments[l] };
    const found = l < last ? hiddenLayerMetrics(input) : lastLayerMetrics({ ...input, weights: head, cosines: sums.cosines });
    values = found.values as Record<string, number>;
  });
  const statistics = sums.statistics[last];
  const shown = picturedClasses(classes);
  geometryPicture(statistics, head, shown.length < classes ? shown : null);
  const optimum = unconstrainedOptimum({
    kind: "gufm-ce",
    counts: Array.from(statistics.counts),
    dim: width,
    weightDecay: 0.005,
  });
  if (optimum.method !== "none") {
    values["distance.procrustes"] = Math.sqrt(procrustesDistance(statistics, head, optimum).squared);
    values["distance.gram"] = gramDistance(statistics, head, optimum);
  }
  const spent = process.cpuUsage(cpu);
  return {
    ...{ wallMs: performance.now() - wall, cpuMs: (spent.user + spent.system) / 1000, ownBytes },
    ...{ peakBytes: 1024 * process.resourceUsage().maxRSS, version: `Node ${process.versions.node}`, values },
  };
}
