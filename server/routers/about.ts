import { describeProgram } from "../services/describeProgram.ts";
import { readProcedure, router } from "../trpc.ts";

export const aboutRouter = router({
  /** What the pages come from. */
  program: readProcedure.query(({ ctx }) => describeProgram(ctx.services)),
});
