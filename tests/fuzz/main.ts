/**
 * Tries spoiled inputs on a real server, by procedures, HTTP and both sockets, and on the readers of data sets, checkpoints and spools:
 *   npm run fuzz -- [--seed S] [--inputs N]
 * Prints answers by kind, crashes, unhandled rejections and memory; ends with 1 if there was a crash or a rejection.
 */
import { parseArgs } from "node:util";
import { fuzz } from "./fuzz.ts";

const { values } = parseArgs({
  options: { seed: { type: "string", default: String(Date.now()) }, inputs: { type: "string", default: "10000" } },
});
const inputs = Number(values.inputs);
if (!Number.isInteger(inputs) || inputs < 1) throw new Error(`--inputs is "${values.inputs}": it must be a whole number from 1`);
console.log(`Seed ${values.seed}, ${inputs.toLocaleString("en")} inputs`);
const began = performance.now();
const { kinds, crashes, rejections, stacks, memory } = await fuzz(values.seed, inputs, (text) => console.log(`  ${text}`));
for (const [kind, count] of [...kinds].sort(([a], [b]) => a.localeCompare(b)))
  console.log(`${String(count).padStart(8)}  ${kind}`);
for (const { when, server, heap, parsers } of memory)
  console.log(
    `memory at the ${when}: server ${server.toFixed(0)} MB (its objects ${heap.toFixed(0)} MB), file readers ${parsers.toFixed(0)} MB`,
  );
const [first, last] = [memory[0], memory.at(-1)];
const growth = (of: "server" | "heap" | "parsers") => (first && last ? 100 * (last[of] / first[of] - 1) : Number.NaN).toFixed(1);
console.log(`growth: server ${growth("server")} %, its objects ${growth("heap")} %, file readers ${growth("parsers")} %`);
for (const line of [...new Set([...crashes, ...rejections, ...stacks])].slice(0, 40)) console.log(`! ${line}`);
console.log(
  `${crashes.length} crashes, ${rejections.length} unhandled rejections, ${stacks.length} stacks in the log, ${((performance.now() - began) / 1_000).toFixed(0)} s`,
);
process.exit(crashes.length + rejections.length > 0 ? 1 : 0);
