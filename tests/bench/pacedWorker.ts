import { startWorker } from "../../workers/agent/startWorker.ts";

// The real worker program with a paced run in place of the training one.
startWorker(process.argv.slice(2), new URL("./pacedRun.ts", import.meta.url).pathname);
