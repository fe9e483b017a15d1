import type { ProgramView, WatchedFolderView } from "../../contract/wire/views.ts";
import { measureStorage } from "../services/upkeep/measureStorage.ts";
import { editProcedure, readProcedure, router } from "./trpc.ts";

export const aboutRouter = router({
  /** What the pages come from. */
  program: readProcedure.query(({ ctx }): ProgramView => {
    const { version, durability, purgeAfterMs } = ctx.services;
    return { version, durability, purgeDays: Math.round(purgeAfterMs / 86_400_000) };
  }),
  /** What the database takes of its disk. */
  storage: readProcedure.query(({ ctx }) => measureStorage(ctx.services)),
  /** The folder that is watched for files of features, with what failed of them; null: none is. */
  watchedFolder: editProcedure.query(({ ctx }): WatchedFolderView | null => ctx.services.watchedFolder()),
});
