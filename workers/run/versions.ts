import { readFileSync } from "node:fs";
import { readProgramVersion } from "../programVersion.ts";

/** What computed a run, stored with it. */
export const versions: Record<string, string> = {
  collapsar: readProgramVersion(),
  node: process.versions.node,
  "@tensorflow/tfjs": packageVersion("../../node_modules/@tensorflow/tfjs/package.json"),
  "onnxruntime-node": packageVersion("../../node_modules/onnxruntime-node/package.json"),
};

/** "unknown" where packages are installed in another way: no reason not to run. */
function packageVersion(path: string): string {
  try {
    return (JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")) as { version: string }).version;
  } catch {
    return "unknown";
  }
}
