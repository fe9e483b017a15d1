import { ownerProcedure, router } from "../trpc.ts";

export const aboutRouter = router({
  /** What the pages come from. */
  program: ownerProcedure.query(({ ctx }) => ({ version: ctx.services.version })),
});
