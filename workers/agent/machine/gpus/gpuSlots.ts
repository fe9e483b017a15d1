import type { DeviceChoice } from "../../../../contract/config/runConfig.ts";
import type { Gpu, GpuUse } from "./gpu.ts";
import type { GpuMeter } from "./gpuMeter.ts";

/** A GPU that runs are put on. */
export interface GpuPlace {
  gpu: Pick<Gpu, "name" | "memoryBytes" | "uuid" | "busId">;
  /** What puts a run's process on it; see slotEnvironment.ts. */
  environment: Record<string, string>;
}

export interface TakenPlace {
  environment: Record<string, string>;
  /** Others may have it. */
  leave: () => void;
}

/** Puts each run's process on the GPU that has the fewest: one after the other, and round again where there are more slots than GPUs. */
export class GpuSlots {
  readonly places: readonly GpuPlace[];
  /** What there is to say of how runs are put on GPUs, for people; null: nothing. */
  readonly note: string | null;
  private readonly meter: GpuMeter | null;
  private readonly taken: number[];

  /** @param meter null where nothing is known of how much of the GPUs is in use */
  constructor(places: readonly GpuPlace[], meter: GpuMeter | null, note: string | null = null) {
    this.places = places;
    this.meter = meter;
    this.note = note;
    this.taken = places.map(() => 0);
  }

  /** @param device what its runs are to compute on @returns null where they are put on no GPU in particular */
  take(device: DeviceChoice): TakenPlace | null {
    if (device === "cpu" || this.places.length === 0) return null;
    const at = this.taken.indexOf(Math.min(...this.taken));
    this.taken[at]++;
    let isTaken = true;
    return {
      environment: this.places[at].environment,
      leave: () => {
        if (isTaken) this.taken[at]--;
        isTaken = false;
      },
    };
  }

  /** How much of each GPU is in use, in their order, as far as that is known, and what there is to say of that. */
  get use(): { gpus: GpuUse[]; note: string | null } {
    const unknown = { utilization: null, memoryUsedBytes: null };
    return { gpus: this.places.map(({ gpu }) => this.meter?.readingOf(gpu) ?? unknown), note: this.meter?.reading.note ?? null };
  }
}
