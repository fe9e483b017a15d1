import { startWorker } from "../../workers/agent/startWorker.ts";

// The real worker program; of its runs, those that are scripted compute nothing.
startWorker(process.argv.slice(2), new URL("./anyRun.ts", import.meta.url).pathname);
