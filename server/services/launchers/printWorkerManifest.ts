import type { WorkerManifestRequest } from "../../../contract/kubernetes.ts";
import { printObjects } from "../../launchers/kubernetes/printObjects.ts";
import { workerJob } from "../../launchers/kubernetes/workerJob.ts";

/** A Job of workers as a person submits it with kubectl. */
export const printWorkerManifest = (request: WorkerManifestRequest): { text: string } => ({
  text: printObjects([workerJob({ ...request, instance: null, workerName: null })]),
});
