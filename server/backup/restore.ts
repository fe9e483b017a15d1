/** Puts a backup into a data folder: npm run restore -- --from FILE.tar.gz [--replace] */
import { parseArgs } from "node:util";
import { Failure } from "../../contract/failure.ts";
import { restoreBackup, restoreLines } from "./restoreBackup.ts";

try {
  const { values } = parseArgs({ options: { from: { type: "string" }, replace: { type: "boolean", default: false } } });
  if (!values.from) throw new Failure("INVALID", "--from is missing: npm run restore -- --from FILE.tar.gz");
  for (const line of restoreLines(await restoreBackup(values.from, values.replace))) console.log(line);
} catch (error) {
  console.error(error instanceof Failure ? error.message : error);
  process.exit(1);
}
