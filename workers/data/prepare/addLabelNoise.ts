import type { LabelNoise } from "../../../contract/data/datasetConfig.ts";
import { randomStream, shuffle } from "../../../math/statistics/randomStream.ts";

/**
 * Symmetric label noise that keeps the class sizes: of each class k, round(rate · n_k) samples are drawn by the noise
 * seed, and the labels of all drawn samples are permuted among them at random. A drawn sample may so get its own label
 * again (with K equal classes about one in K does), which is why the number really changed is reported.
 * With the same seed, the samples drawn at a lower rate are among those drawn at a higher one.
 * @returns the labels, changed in a copy, and a sentence about them ("" without noise)
 */
export function addLabelNoise(
  labels: Uint16Array,
  classes: number,
  noise: LabelNoise | undefined,
): { labels: Uint16Array; said: string } {
  if (noise === undefined || noise.rate === 0) return { labels, said: "" };
  const ofClass: number[][] = Array.from({ length: classes }, () => []);
  for (let i = 0; i < labels.length; i++) ofClass[labels[i]].push(i);
  const drawn = ofClass.flatMap((members, k) =>
    shuffle(members, randomStream(noise.seed, `noise/class/${k}`)).slice(0, Math.round(noise.rate * members.length)),
  );
  const given = shuffle(
    drawn.map((i) => labels[i]),
    randomStream(noise.seed, "noise/labels"),
  );
  const noisy = labels.slice();
  drawn.forEach((i, at) => {
    noisy[i] = given[at];
  });
  const changed = drawn.filter((i) => noisy[i] !== labels[i]).length;
  const share = ((100 * changed) / labels.length).toFixed(1);
  return {
    labels: noisy,
    said: `Label noise ${noise.rate}, seed ${noise.seed}: ${drawn.length} training samples, the same share of each class, had their labels exchanged at random; ${changed} of ${labels.length} (${share} %) now have a different label. Class sizes and the test set are unchanged.`,
  };
}
