import type { WorkerTrouble } from "../../contract/wire/views.ts";

/** Whether a worker gets no runs because of its trouble, now. */
export const isResting = (trouble: WorkerTrouble | null): boolean =>
  trouble !== null && (trouble.until === null || Date.parse(trouble.until) > Date.now());
