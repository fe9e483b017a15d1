import { runProgram } from "./agent/attempts/runProcess.ts";
import { startWorker } from "./agent/startWorker.ts";

startWorker(process.argv.slice(2), runProgram);
