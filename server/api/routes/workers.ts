import { z } from "zod";
import { drainWorkerBody } from "../../../contract/api/apiRequests.ts";
import { done } from "../../../contract/api/experimentAnswers.ts";
import { workerList } from "../../../contract/api/workerAnswers.ts";
import { drainWorker } from "../../services/workers/drainWorker.ts";
import { listWorkers } from "../../services/workers/listWorkers.ts";
import { resumeWorker } from "../../services/workers/resumeWorker.ts";
import { defineRoute, type Route } from "../defineRoute.ts";

const subject = "workers";

export const workerRoutes: Route[] = [
  defineRoute({
    ...{ id: "listWorkers", method: "GET", path: "/workers", right: "read", subject },
    summary: "List workers, with what each runs",
    response: workerList,
    handle: async ({ services }) => ({ workers: await listWorkers(services) }),
  }),
  defineRoute({
    ...{ id: "drainWorker", method: "POST", path: "/workers/{id}/drain", right: "manage", subject },
    summary: "Drain a worker, or let it take runs again",
    request: drainWorkerBody,
    example: { drained: false },
    response: z.strictObject({ drained: z.boolean() }),
    handle: ({ services, params, body }) => drainWorker(services, params.id, body.drained),
  }),
  defineRoute({
    ...{ id: "resumeWorker", method: "POST", path: "/workers/{id}/resume", right: "manage", subject },
    summary: "Let a worker that rests or is paused take runs again",
    response: done,
    handle: async ({ services, params }) => {
      await resumeWorker(services, params.id);
      return { ok: true as const };
    },
  }),
];
