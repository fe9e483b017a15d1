import type { DeviceChoice } from "../../../contract/config/runConfig.ts";
import { isOnCpu, placeText } from "../../../contract/launch/memoryFindings.ts";
import { bytesText, slotBytes, type WorkerPlace } from "../../../contract/launch/workerPlace.ts";
import { countOf } from "../../text/formatNumber.ts";

/** What the largest run of a grid needs, compared with what the connected workers have. */
export function MemoryText({ bytes, device, workers }: { bytes: number; device: DeviceChoice; workers: readonly WorkerPlace[] }) {
  const onCpu = workers.filter((worker) => isOnCpu({ device }, worker));
  const most = onCpu.reduce((largest, worker) => Math.max(largest, slotBytes(worker)), 0);
  const holding = onCpu.filter((worker) => bytes <= slotBytes(worker)).length;
  return (
    <p className="mt-1 text-ink-faint text-xs" data-testid="memory">
      About <span className="text-ink-soft">{bytesText(bytes)}</span> of memory per run
      {onCpu.length === 1 && onCpu.map((worker) => `; ${placeText(worker)}`)}
      {onCpu.length > 1 &&
        `; ${holding} of ${countOf(onCpu.length, "worker")} can give that much to a slot, the largest ${bytesText(most)}`}
      .
    </p>
  );
}
