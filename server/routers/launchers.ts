import { retryLauncherRequest } from "../../contract/wire/requests.ts";
import { listLaunchers } from "../services/launchers/listLaunchers.ts";
import { retryLauncher } from "../services/launchers/retryLauncher.ts";
import { manageProcedure, readProcedure, router } from "./trpc.ts";

export const launchersRouter = router({
  list: readProcedure.query(({ ctx }) => listLaunchers(ctx.services)),
  retry: manageProcedure.input(retryLauncherRequest).mutation(({ ctx, input }) => retryLauncher(ctx.services, input.kind)),
});
