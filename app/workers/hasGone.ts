import type { WorkerView } from "../../contract/wire/views.ts";

/** Whether it will not be back under this identity: to drain or to resume it would change nothing. */
export const hasGone = ({ ephemeral, connected }: Pick<WorkerView, "ephemeral" | "connected">): boolean =>
  ephemeral && !connected;
