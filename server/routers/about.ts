import { readerProcedure, router } from "../trpc.ts";

export const aboutRouter = router({
  /** What the pages come from. */
  program: readerProcedure.query(({ ctx }) => ({ version: ctx.services.version })),
});
