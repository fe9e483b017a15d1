import { ensureBuild } from "../../../server/pages/ensureBuild.ts";
import { pagesFolder, projectRoot } from "../../../server/program/env.ts";

/** Once before all tests in a browser: their servers read one build, and none of them has to make it. */
export default (): Promise<void> => ensureBuild(projectRoot, pagesFolder());
