import { z } from "zod";
import { createHookRequest, type HookView, metricBound } from "../wire/notifications.ts";

const time = z.iso.datetime();

export const newWebhook = createHookRequest.meta({ id: "NewWebhook" });

export const webhookQuery = z.strictObject({
  experimentId: z.uuid().optional().describe("Only those of this experiment; absent: all."),
});

export const webhookView = z
  .strictObject({
    id: z.uuid(),
    experimentId: z.uuid().nullable().describe("null: of every experiment."),
    experimentName: z.string().nullable(),
    url: z.string(),
    onEnd: z.boolean(),
    onFailure: z.boolean(),
    bound: metricBound.nullable(),
    createdAt: time,
    waiting: z.int().describe("Notifications that are still to be delivered."),
    last: z
      .strictObject({ at: time, sent: z.boolean(), problem: z.string().nullable() })
      .nullable()
      .describe("The last delivery or attempt at one; null: nothing was sent yet."),
  })
  .meta({ id: "Webhook" }) satisfies z.ZodType<HookView>;

export const webhookList = z.strictObject({ webhooks: z.array(webhookView) });

export const madeWebhook = z.strictObject({
  id: z.uuid(),
  secret: z.string().describe("Signs what the address is sent; shown this once."),
});

export const webhookTest = z.strictObject({
  problem: z.string().nullable().describe("What went wrong; null: the address took the test."),
});
