import { aboutRouter } from "./routers/about.ts";
import { accountRouter } from "./routers/account.ts";
import { experimentsRouter } from "./routers/experiments.ts";
import { launchersRouter } from "./routers/launchers.ts";
import { notificationsRouter } from "./routers/notifications.ts";
import { peopleRouter } from "./routers/people.ts";
import { runsRouter } from "./routers/runs.ts";
import { sharedRouter, sharesRouter } from "./routers/shares.ts";
import { router } from "./routers/trpc.ts";
import { workersRouter } from "./routers/workers.ts";

/** Every procedure; pages import the type alone. Dates are ISO texts. A failed call carries `data.failure` = {code, message}. */
export const appRouter = router({
  about: aboutRouter,
  account: accountRouter,
  people: peopleRouter,
  experiments: experimentsRouter,
  runs: runsRouter,
  workers: workersRouter,
  launchers: launchersRouter,
  notifications: notificationsRouter,
  shares: sharesRouter,
  shared: sharedRouter,
});

export type AppRouter = typeof appRouter;
