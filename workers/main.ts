import { StopSignals } from "./agent/stopSignals.ts";

// Loading the rest takes a while, in which a signal must not be lost.
const signals = new StopSignals();
const [{ startWorker }, { runProgram }] = await Promise.all([
  import("./agent/startWorker.ts"),
  import("./agent/attempts/runProcess.ts"),
]);
startWorker(process.argv.slice(2), runProgram, signals);
