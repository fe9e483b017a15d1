import { log } from "../../../log.ts";
import type { Gpu, GpuReading, GpuUse } from "./gpu.ts";

/** While nvidia-smi fails or hangs, each pause is so many times as long as the one before it, up to a bound. */
const growth = 2;
const longestPauseMs = 300_000;

interface MeterOptions {
  read: () => Promise<GpuReading>;
  /** Time from the end of a reading to the next. */
  everyMs: number;
}

/** Reads the GPUs in the background, one reading at a time; whoever asks gets the last one at once. */
export class GpuMeter {
  private last: GpuReading;
  private readonly options: MeterOptions;
  private timer: NodeJS.Timeout | null = null;
  private pauseMs: number;
  private isClosed = false;

  /** @param first what was read before */
  constructor(first: GpuReading, options: MeterOptions) {
    this.last = first;
    this.options = options;
    this.pauseMs = options.everyMs;
    if (first.gpus.length > 0) this.wait();
  }

  get reading(): GpuReading {
    return this.last;
  }

  /** How much of a GPU was in use at the last reading. */
  readingOf({ uuid, busId }: Pick<Gpu, "uuid" | "busId">): GpuUse {
    const isIt = (other: Gpu) =>
      uuid !== null && other.uuid !== null ? other.uuid === uuid : busId !== null && other.busId === busId;
    const found = this.last.gpus.find(isIt);
    return { utilization: found?.utilization ?? null, memoryUsedBytes: found?.memoryUsedBytes ?? null };
  }

  close(): void {
    this.isClosed = true;
    if (this.timer) clearTimeout(this.timer);
  }

  private wait(): void {
    if (this.isClosed) return;
    this.timer = setTimeout(() => void this.refresh(), this.pauseMs);
    this.timer.unref();
  }

  private async refresh(): Promise<void> {
    const reading = await this.options.read();
    if (this.isClosed) return;
    if (reading.note !== null && reading.note !== this.last.note) log(reading.note);
    this.pauseMs = reading.isFailing ? Math.min(longestPauseMs, this.pauseMs * growth) : this.options.everyMs;
    this.last = reading;
    this.wait();
  }
}
