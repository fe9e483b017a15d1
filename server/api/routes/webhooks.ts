import { done } from "../../../contract/api/experimentAnswers.ts";
import { madeWebhook, newWebhook, webhookList, webhookQuery, webhookTest } from "../../../contract/api/webhookAnswers.ts";
import { createHook, listHooks, removeHook, testHook } from "../../services/notifications/hooks.ts";
import { defineRoute, type Route } from "../defineRoute.ts";

const subject = "webhooks";

export const webhookRoutes: Route[] = [
  defineRoute({
    ...{ id: "listWebhooks", method: "GET", path: "/webhooks", right: "edit", subject },
    summary: "List webhooks",
    description: "Your own; everybody's for a token of scope manage.",
    query: webhookQuery,
    response: webhookList,
    handle: async ({ services, person, query }) => ({
      webhooks: await listHooks(services, person, query.experimentId ?? null),
    }),
  }),
  defineRoute({
    ...{ id: "createWebhook", method: "POST", path: "/webhooks", right: "edit", subject },
    summary: "Add a webhook, called when a study ends, a run fails or a metric passes a bound",
    description:
      "Each notification is a signed POST of JSON. Its secret is shown only once. `experimentId: null` means every experiment and needs a token of scope manage.",
    request: newWebhook,
    example: {
      experimentId: "00000000-0000-4000-8000-000000000000",
      url: "https://hooks.example.org/collapsar",
      bound: { key: "train/nc1.pinv", passes: "below", value: 0.01 },
    },
    status: 201,
    response: madeWebhook,
    handle: ({ services, person, body }) => createHook(services, person, body),
  }),
  defineRoute({
    ...{ id: "testWebhook", method: "POST", path: "/webhooks/{id}/test", right: "edit", subject },
    summary: "Send a test to a webhook now, once",
    response: webhookTest,
    handle: ({ services, person, params }) => testHook(services, person, params.id),
  }),
  defineRoute({
    ...{ id: "removeWebhook", method: "DELETE", path: "/webhooks/{id}", right: "edit", subject },
    summary: "Remove a webhook",
    response: done,
    handle: ({ services, person, params }) => removeHook(services, person, params.id),
  }),
];
