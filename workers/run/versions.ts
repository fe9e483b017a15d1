import { readFileSync } from "node:fs";

const packageOf = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")) as { version: string };

/** What computed a run, stored with it. */
export const versions: Record<string, string> = {
  collapsar: packageOf("../../package.json").version,
  node: process.versions.node,
  "@tensorflow/tfjs": packageOf("../../node_modules/@tensorflow/tfjs/package.json").version,
  "onnxruntime-node": packageOf("../../node_modules/onnxruntime-node/package.json").version,
};
