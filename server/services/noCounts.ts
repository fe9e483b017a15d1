import { type RunCounts, runStatuses } from "../../contract/status.ts";

export const noCounts = Object.fromEntries(runStatuses.map((status) => [status, 0])) as RunCounts;
