import { workerManifestRequest } from "../../contract/kubernetes.ts";
import { retryLauncherRequest } from "../../contract/wire/requests.ts";
import { listLaunchers } from "../services/launchers/listLaunchers.ts";
import { printWorkerManifest } from "../services/launchers/printWorkerManifest.ts";
import { retryLauncher } from "../services/launchers/retryLauncher.ts";
import { manageProcedure, readProcedure, router } from "./trpc.ts";

export const launchersRouter = router({
  list: readProcedure.query(({ ctx }) => listLaunchers(ctx.services)),
  workerManifest: readProcedure.input(workerManifestRequest).query(({ input }) => printWorkerManifest(input)),
  retry: manageProcedure.input(retryLauncherRequest).mutation(({ ctx, input }) => retryLauncher(ctx.services, input.kind)),
});
