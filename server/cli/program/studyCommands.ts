import { type Command, Option } from "@commander-js/extra-typings";
import { studyId } from "../client/studyId.ts";
import { type ExportForm, exportForms } from "./exportForms.ts";
import { files, forms, json, patience, server, terms, token } from "./options.ts";

/** What is done with experiments, at whatever server. What a command works with is loaded once it is chosen. */
export function addStudyCommands(program: Command): void {
  program
    .command("launch")
    .summary("launch a study from its file")
    .description(
      "Launches a study from a YAML file: what “Copy as YAML” gives, or {preset: first-light} with what differs from it. “-” reads it from the standard input.",
    )
    .argument("<file>", "the study, such as study.yaml")
    .option("--dry-run", "print grid, time and memory, and launch nothing")
    .option("--follow", "follow it to its end")
    .option("--name <name>", "another name than the file's")
    .addOption(patience())
    .addOption(server())
    .addOption(token())
    .addOption(json())
    .action(async (file, options) => {
      const { client, output } = terms(options);
      const { launchStudy, tryStudy } = await import("../commands/launchStudy.ts");
      const asked = { client, output, name: options.name };
      if (options.dryRun) return tryStudy(file, asked);
      const id = await launchStudy(file, asked);
      if (!options.follow) return;
      const { followStudy } = await import("../commands/followStudy.ts");
      process.exitCode = await followStudy(id, { client, output, patienceMs: options.patience });
    });
  program
    .command("follow")
    .summary("show a study's progress until its last run has ended")
    .argument("<id>", "an experiment's id, or its page's address")
    .addOption(patience())
    .addOption(server())
    .addOption(token())
    .addOption(json())
    .action(async (id, options) => {
      const { client, output } = terms(options);
      const { followStudy } = await import("../commands/followStudy.ts");
      process.exitCode = await followStudy(studyId(id), { client, output, patienceMs: options.patience });
    });
  program
    .command("export")
    .summary("write an experiment into a folder")
    .description(
      `Writes an experiment into a folder: as the archive that another Collapsar imports, or all points of its series as a table (${Object.keys(exportForms).join(", ")}).`,
    )
    .argument("<id>", "an experiment's id, or its page's address")
    .requiredOption("--to <folder>", "where to; made if need be")
    .addOption(
      new Option("--as <forms>", "forms, with commas between them")
        .argParser(forms)
        .default(["archive"] as ExportForm[], "archive"),
    )
    .addOption(
      new Option("--files <kinds>", "files of runs in the archive: checkpoints, features, or both with a comma between them")
        .argParser(files)
        .default(""),
    )
    .option("--force", "replace files that are there")
    .addOption(server())
    .addOption(token())
    .addOption(json())
    .action(async (id, { to, as, files: kinds, force, ...options }) => {
      const { client, output } = terms(options);
      const { exportStudy } = await import("../commands/exportStudy.ts");
      await exportStudy(studyId(id), { client, output, folder: to, forms: as, files: kinds, force: force === true });
    });
  program
    .command("import")
    .summary("import an archive, or files of other programs")
    .description(
      "Imports an archive of Collapsar, or CSV tables of W&B and others, TensorBoard's event files or files of features.",
    )
    .argument("<files...>", "an archive, or the files that become one experiment")
    .option("--study <name>", "the experiment's name, where the files are of another program")
    .option("--dry-run", "say what it would make, and store nothing")
    .addOption(server())
    .addOption(token())
    .addOption(json())
    .action(async (files, { dryRun, study, ...options }) => {
      const { client, output } = terms(options);
      const { importFiles } = await import("../commands/importFiles.ts");
      await importFiles(files, { client, output, study, dryRun: dryRun === true });
    });
  program
    .command("open")
    .summary("print the address of an experiment's page, and open it")
    .argument("<id>", "an experiment's id, or its page's address")
    .option("--print", "only print it")
    .addOption(server())
    .addOption(token())
    .addOption(json())
    .action(async (id, { print, ...options }) => {
      const { client, output } = terms(options);
      const { openStudy } = await import("../commands/openStudy.ts");
      await openStudy(studyId(id), { client, output, print: print === true });
    });
}
