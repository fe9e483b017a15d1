import { startWorker } from "../../../workers/agent/startWorker.ts";

// The real worker program with a scripted run in place of the training one.
startWorker(process.argv.slice(2), new URL("./scriptedRun.ts", import.meta.url).pathname);
