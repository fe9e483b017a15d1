/** Builds what reports of studies are made with, beside the pages: a part of npm run build. */
import { join } from "node:path";
import { pagesFolder, projectRoot } from "../program/env.ts";
import { ensureSupplement } from "./openSupplement.ts";

await ensureSupplement(projectRoot, join(pagesFolder(), "collapsar-supplement"));
