import type { Route } from "./defineRoute.ts";
import { archiveRoutes } from "./routes/archives.ts";
import { experimentRoutes } from "./routes/experiments.ts";

/** Every route of the API. A new subject is a file in routes/ and a line here. */
export const apiRoutes: readonly Route[] = [...archiveRoutes, ...experimentRoutes];
