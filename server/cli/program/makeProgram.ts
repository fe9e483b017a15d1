import { Command } from "@commander-js/extra-typings";
import { readProgramVersion } from "../../program/programVersion.ts";
import { addMachineCommands } from "./machineCommands.ts";
import { addStudyCommands } from "./studyCommands.ts";

/** @param isJson nothing but JSON is printed to the standard output */
export function makeProgram(isJson: boolean): Command {
  const program = new Command("collapsar")
    .description("Run, watch and share neural-collapse studies.")
    .option("-V, --version", "print the program's version")
    .on("option:version", () => {
      // Asked of git, which takes a moment.
      process.stdout.write(`${readProgramVersion()}\n`);
      process.exit();
    })
    .exitOverride()
    .configureOutput({ writeErr: (text) => isJson || process.stderr.write(text) })
    .showHelpAfterError("(add --help for the options)")
    .enablePositionalOptions() as unknown as Command;
  addMachineCommands(program);
  addStudyCommands(program);
  return program;
}
