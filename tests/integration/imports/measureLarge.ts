import { closeSync, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assemble } from "../../../server/imports/features/assemble.ts";
import { measureSet } from "../../../server/imports/features/measureSet.ts";
import { nameArrays } from "../../../server/imports/features/namedArray.ts";
import { readFile } from "../../../server/imports/features/readFile.ts";
import { Scratch } from "../../../server/imports/formats/scratch.ts";
import { npy } from "../../support/builders/arrayFiles.ts";

/** A program that measures a file of 400 MB and says by how much its memory grew: most of the file is a hole, so it takes no disk. */
const [samples, dim] = [200_000, 512];
const folder = mkdtempSync(join(tmpdir(), "collapsar-large-"));
const path = join(folder, "H_ep1.npy");
const head = npy("<f4", [samples, dim], new Uint8Array());
writeFileSync(path, head);
truncateSync(path, head.length + samples * dim * 4);
const file = openSync(path, "r+");
// The last sample is (1, 1, …): of it the sums must know.
writeSync(
  file,
  new Uint8Array(Float32Array.from({ length: dim }, () => 1).buffer),
  0,
  dim * 4,
  head.length + (samples - 1) * dim * 4,
);
closeSync(file);
const labels = npy(
  "|u1",
  [samples],
  Uint8Array.from({ length: samples }, (_, i) => i % 10),
);
writeFileSync(join(folder, "y_ep1.npy"), labels);

const scratch = new Scratch(join(folder, "scratch"), 1e9, 0);
const before = process.memoryUsage().rss;
let most = before;
const watch = setInterval(() => {
  most = Math.max(most, process.memoryUsage().rss);
}, 20);
const arrays = [];
for (const name of ["H_ep1.npy", "y_ep1.npy"])
  arrays.push(...nameArrays(name, await readFile(join(folder, name), name, scratch)).arrays);
const [set] = assemble(arrays, new Map(), null).sets;
const { event } = await measureSet(set!, null, null);
clearInterval(watch);
const within = new Float64Array(Uint8Array.from(Buffer.from(event.layers[0]!.within, "base64")).buffer);
await scratch.close();
rmSync(folder, { recursive: true });
console.log(JSON.stringify({ bytes: head.length + samples * dim * 4, grewBy: most - before, within: [...within] }));
