import type { Route } from "./defineRoute.ts";
import { archiveRoutes } from "./routes/archives.ts";
import { withDocument } from "./routes/document.ts";
import { experimentRoutes } from "./routes/experiments.ts";
import { externalRoutes } from "./routes/external.ts";
import { featureRoutes } from "./routes/features.ts";
import { importRoutes } from "./routes/imports.ts";
import { runRoutes } from "./routes/runs.ts";
import { shareRoutes } from "./routes/shares.ts";
import { supplementRoutes } from "./routes/supplements.ts";
import { webhookRoutes } from "./routes/webhooks.ts";
import { workerRoutes } from "./routes/workers.ts";

/** Every route of the API. A new subject is a file in routes/ and a line here. */
export const apiRoutes: readonly Route[] = withDocument([
  ...experimentRoutes,
  ...runRoutes,
  ...shareRoutes,
  ...webhookRoutes,
  ...workerRoutes,
  ...archiveRoutes,
  ...importRoutes,
  ...featureRoutes,
  ...supplementRoutes,
  ...externalRoutes,
]);
