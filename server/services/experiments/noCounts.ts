import { countStatuses } from "../../../contract/status.ts";

export const noCounts = countStatuses([]);
