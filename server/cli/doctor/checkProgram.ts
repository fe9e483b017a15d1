import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findFault } from "../../install/findFault.mjs";
import { type Check, fault, ok, warning } from "./check.ts";

/** The Node that runs this, the packages, and the built pages. */
export function checkProgram(root: string, pages: string): Check[] {
  const wrong = findFault(root);
  return [
    checkNode(root),
    wrong === null
      ? ok("packages", "installed in the program's versions")
      : fault("packages", wrong, 'run "npm ci --omit=dev" in the program\'s folder'),
    existsSync(join(pages, "BUILD_ID"))
      ? ok("pages", `built in ${pages}`)
      : warning("pages", "not built yet", "the first start builds them, which takes a minute; or run “npm run build”"),
  ];
}

function checkNode(root: string): Check {
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { dependencies: { node: string } };
  const wanted = `v${dependencies.node}`;
  if (process.version === wanted) return ok("Node", `${wanted}, the program's own`);
  const wayOut = `run "npm ci --omit=dev --ignore-scripts=false" in ${root}, which installs ${wanted}`;
  return process.version.split(".")[0] === wanted.split(".")[0]
    ? warning("Node", `${process.version}; the program is tried with its own, ${wanted}`, wayOut)
    : fault("Node", `${process.version}; the program needs its own, ${wanted}`, wayOut);
}
