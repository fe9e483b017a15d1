import type { ProgramView } from "../../contract/wire/views.ts";
import type { ServiceContext } from "./context.ts";

export const describeProgram = ({ version, durability, purgeAfterMs }: ServiceContext): ProgramView => ({
  version,
  durability,
  purgeDays: Math.round(purgeAfterMs / 86_400_000),
});
