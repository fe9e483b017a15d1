import { z } from "zod";
import { classNames } from "../data/classNames.ts";
import { externalSource } from "./externalConfig.ts";
import { externalClient } from "./externalRequests.ts";

const count = z.int().min(0);

/** What is known of an external run beside its config, as it is stored. */
export const storedExternal = z.strictObject({
  source: externalSource,
  client: externalClient,
  /** The id that its maker gave it. */
  runKey: z.uuid(),
  /** Whether its number of steps was said; else it is what was reported until now. */
  isTotalKnown: z.boolean(),
  /** Absent where nobody named them. */
  classNames: classNames.optional(),
  /** Of its last measurement: classes, training samples of each, numbers of the last layer's features. */
  classes: count.optional(),
  trainCounts: z.array(count).optional(),
  dim: count.optional(),
  /** Passes over the data of its last measurement; absent where it sent no class sums. */
  passes: z.union([z.literal(1), z.literal(2)]).optional(),
  /** Whether its last measurement had the classifier. */
  hasHead: z.boolean().optional(),
});
export type StoredExternal = z.infer<typeof storedExternal>;

/** What a page shows of it. */
export const externalFacts = z.strictObject({
  ...storedExternal.pick({ source: true, client: true, classNames: true, passes: true }).shape,
  /** Of a run under way, a program that has gone says nothing more. */
  heardAt: z.iso.datetime().nullable().describe("When it was last heard of."),
  isTotalKnown: z.boolean().describe("False: totalSteps is what it has reported until now."),
  /** In words for people: "its classifier". */
  unknown: z.array(z.string()).describe("What was not said or not measured."),
});
export type ExternalFacts = z.infer<typeof externalFacts>;
