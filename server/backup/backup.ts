/** Writes a backup of the data folder, while the server runs or not: npm run backup -- --to FILE.tar.gz */
import { parseArgs } from "node:util";
import { Failure } from "../../contract/failure.ts";
import { backupLines, makeBackup } from "./makeBackup.ts";

try {
  const { values } = parseArgs({ options: { to: { type: "string" } } });
  if (!values.to) throw new Failure("INVALID", "--to is missing: npm run backup -- --to FILE.tar.gz");
  for (const line of backupLines(await makeBackup(values.to))) console.log(line);
} catch (error) {
  console.error(error instanceof Failure ? error.message : error);
  process.exit(1);
}
