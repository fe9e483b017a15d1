import { parseArgs } from "node:util";
import { type ChaosReport, runChaos } from "./runChaos.ts";

/** `npm run chaos -- --minutes M --seed S [--external] [--workers N] [--every SECONDS]` */
const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    seed: { type: "string" },
    external: { type: "boolean", default: false },
    workers: { type: "string", default: "3" },
    every: { type: "string", default: "2.5" },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e6));
const [minutes, workers, every] = [values.minutes, values.workers, values.every].map(Number);
if ([seed, minutes, workers, every].some((value) => !Number.isFinite(value) || value < 0)) {
  console.error("--minutes, --seed, --workers and --every are numbers");
  process.exit(2);
}
console.log(
  `Chaos of ${minutes} minutes, seed ${seed}, ${workers} workers, ${values.external ? "external Postgres" : "embedded database"}`,
);
const report = await runChaos({ minutes, seed, workers, every, external: values.external, say: (text) => console.log(text) });
print(report);
process.exit(report.violations.length > 0 ? 1 : 0);

function print({
  givenUp,
  acts,
  verdict,
  refusals,
  surprises,
  violations,
  history,
  folder,
  maxMemory,
  watchers,
}: ChaosReport): void {
  console.log("\nActs:");
  for (const [name, count] of [...acts].sort(([a], [b]) => a.localeCompare(b)))
    console.log(`${String(count).padStart(5)}  ${name}`);
  console.log("\nRefusals and unanswered requests that people met:");
  for (const [text, count] of refusals) console.log(`${String(count).padStart(5)}  ${text}`);
  if (surprises.length > 0) console.log(`\nPrograms that ended on their own and were restarted:\n  ${surprises.join("\n  ")}`);
  if (givenUp.length > 0)
    console.log(`\nRuns that exhausted their attempts and were requested again:\n  ${givenUp.join("\n  ")}`);
  if (verdict)
    console.log(
      `\n${verdict.runs} runs (${verdict.finished} finished) in ${verdict.attempts} attempts, ${verdict.events} events sent, ${verdict.points} points in valid curves, ${watchers} pages, server's memory at most ${(maxMemory / 1e6).toFixed(0)} MB\nlost ${verdict.lost}  doubled ${verdict.doubled}  foreign ${verdict.foreign}  holes ${verdict.holes}  unequal ${verdict.unequal}`,
    );
  if (violations.length === 0) {
    console.log("\nAll as promised.");
    return;
  }
  console.log(`\nThe last acts:\n${history.slice(-50).join("\n")}`);
  console.log(`\nNot as promised (seed ${seed}; kept in ${folder}):\n  ${violations.join("\n  ")}`);
}
