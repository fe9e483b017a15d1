import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { projectRoot } from "../program/env.ts";
import { readProgramVersion } from "../program/programVersion.ts";
import { ApiClient } from "./client/apiClient.ts";
import { studyId } from "./client/studyId.ts";
import { clientSettings } from "./env.ts";
import { endWithReader, Output } from "./output.ts";

const json = () => new Option("--json", "print JSON, one document a line, for programs");
const server = () => new Option("--server <url>", "the server's address (default: COLLAPSAR_URL, else http://localhost:4040)");
const token = () =>
  new Option("--token <token>", "an API token; better in the environment as COLLAPSAR_TOKEN, where other users cannot read it");
const patience = () =>
  new Option("--patience <seconds>", "how long a server that does not answer is waited for")
    .argParser(seconds)
    .default(600_000, "600");

interface Connection {
  server?: string;
  token?: string;
  json?: true;
}
const terms = (options: Connection) => {
  endWithReader();
  const { url, token: given } = clientSettings(options);
  return { client: new ApiClient(url, given), output: new Output(options.json === true) };
};

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
    .enablePositionalOptions();

  // These two parse their own flags: npm start and npm run worker take the same.
  program
    .command("start")
    .summary("start a server on this machine")
    .description(
      "Starts a server, as npm start does: builds the pages if need be, migrates the database, and starts one local worker.",
    )
    .option("--dev", "pages that follow their sources")
    .option("--no-pages", "the API and the live line alone")
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
    .command("launch")
    .summary("launch a study from its file")
    .description(
      "Launches a study from a YAML file: what “Copy as YAML” gives, or {preset: first-light} with what differs from it. “-” reads it from the standard input.",
    )
    .argument("<file>", "the study, such as study.yaml")
    .option("--dry-run", "say grid, time and memory, and launch nothing")
    .option("--follow", "follow it to its end")
    .option("--name <name>", "another name than the file's")
    .addOption(patience())
    .addOption(server())
    .addOption(token())
    .addOption(json())
    .action(async (file, options) => {
      const { client, output } = terms(options);
      const { launchStudy, tryStudy } = await import("./commands/launchStudy.ts");
      const asked = { client, output, name: options.name };
      if (options.dryRun) return tryStudy(file, asked);
      const id = await launchStudy(file, asked);
      if (!options.follow) return;
      const { followStudy } = await import("./commands/followStudy.ts");
      process.exitCode = await followStudy(id, { client, output, patienceMs: options.patience });
    });
  program
    .command("follow")
    .summary("show how a study gets on, until its last run has ended")
    .argument("<id>", "an experiment's id, or its page's address")
    .addOption(patience())
    .addOption(server())
    .addOption(token())
    .addOption(json())
    .action(async (id, options) => {
      const { client, output } = terms(options);
      const { followStudy } = await import("./commands/followStudy.ts");
      process.exitCode = await followStudy(studyId(id), { client, output, patienceMs: options.patience });
    });
  return program as unknown as Command;
}

/** Goes on as another program of this folder, which reads its own flags. */
async function runProgram(file: string, flags: readonly string[]): Promise<void> {
  const path = resolve(projectRoot, file);
  process.argv.splice(1, Number.POSITIVE_INFINITY, path, ...flags);
  await import(pathToFileURL(path).href);
}

function seconds(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError("It must be a whole number of seconds.");
  return 1_000 * Number(text);
}
