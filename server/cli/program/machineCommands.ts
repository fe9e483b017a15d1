import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Command } from "@commander-js/extra-typings";
import { projectRoot } from "../../program/env.ts";
import { clientSettings } from "../env.ts";
import { json, outputOf, server } from "./options.ts";

/** What is done on this machine. */
export function addMachineCommands(program: Command): void {
  // These two parse their own flags: npm start and npm run worker take the same.
  program
    .command("start")
    .summary("start a server on this machine")
    .description(
      "Starts a server, as npm start does: builds the pages if need be, migrates the database, and starts one local worker.",
    )
    .option("--dev", "pages that follow changes of their sources")
    .option("--no-pages", "only the API and live updates")
    .addOption(json())
    .action(({ dev, pages, json }) =>
      runProgram("server/main.ts", [...(dev ? ["--dev"] : []), ...(pages ? [] : ["--no-pages"]), ...(json ? ["--json"] : [])]),
    );
  program
    .command("worker")
    .summary("start a worker for a server; its options are those of npm run worker")
    .argument("[options...]")
    .allowUnknownOption()
    .passThroughOptions()
    .helpOption(false)
    .action((options) => runProgram("workers/main.ts", options));
  program
    .command("backup")
    .summary("write a backup of this machine's data folder, while its server runs or not")
    .requiredOption("--to <file>", "such as backup.tar.gz")
    .addOption(json())
    .action(async ({ to, json }) => {
      const output = outputOf(json);
      const { backupLines, makeBackup } = await import("../../backup/makeBackup.ts");
      const made = await makeBackup(to);
      for (const line of backupLines(made)) output.line(line);
      output.document(made);
    });
  program
    .command("restore")
    .summary("put a backup into this machine's data folder, while its server is stopped")
    .requiredOption("--from <file>", "what backup wrote")
    .option("--replace", "move aside what is there")
    .addOption(json())
    .action(async ({ from, replace, json }) => {
      const output = outputOf(json);
      const { restoreBackup, restoreLines } = await import("../../backup/restoreBackup.ts");
      const restored = await restoreBackup(from, replace === true);
      for (const line of restoreLines(restored)) output.line(line);
      output.document(restored);
    });
  program
    .command("doctor")
    .summary("check what the program needs on this machine, and say how to mend what is wrong")
    .addOption(server())
    .addOption(json())
    .action(async ({ json, ...options }) => {
      const output = outputOf(json);
      const { runDoctor } = await import("../doctor/runDoctor.ts");
      process.exitCode = await runDoctor(() => clientSettings(options).url, output);
    });
}

/** Goes on as another program of this folder, which reads its own flags. */
async function runProgram(file: string, flags: readonly string[]): Promise<void> {
  const path = resolve(projectRoot, file);
  process.argv.splice(1, Number.POSITIVE_INFINITY, path, ...flags);
  await import(pathToFileURL(path).href);
}
