import { z } from "zod";
import { ownSet } from "../data/ownSet.ts";
import type { WorkerView } from "../wire/views.ts";
import { datasetAvailability, heartbeat, hello } from "../wire/workerProtocol.ts";

const time = z.iso.datetime();

export const workerView = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    local: z.boolean(),
    version: z.string(),
    connected: z.boolean(),
    lastSeenAt: time,
    machine: hello.shape.machine,
    slots: z.int(),
    ephemeral: z.boolean(),
    endsAt: time.nullable(),
    devices: z.array(z.string()),
    datasets: z.array(datasetAvailability),
    ownSets: z.array(ownSet).nullable(),
    system: heartbeat.shape.system.nullable(),
    drained: z.boolean().describe("It finishes its runs and takes no new ones."),
    trouble: z.strictObject({ message: z.string(), since: time, until: time.nullable() }).nullable(),
    runs: z.array(
      z.strictObject({
        id: z.uuid(),
        experimentId: z.uuid(),
        experimentName: z.string(),
        label: z.string(),
        step: z.int(),
        totalSteps: z.int(),
        packId: z.uuid().nullable(),
        packRuns: z.int(),
      }),
    ),
  })
  .meta({ id: "Worker" }) satisfies z.ZodType<WorkerView>;

export const workerList = z.strictObject({ workers: z.array(workerView) });
