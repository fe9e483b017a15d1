import { readProcedure, router } from "../trpc.ts";

export const aboutRouter = router({
  /** What the pages come from. */
  program: readProcedure.query(({ ctx }) => ({ version: ctx.services.version })),
});
