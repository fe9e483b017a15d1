/** The command line's program: `npx collapsar …`, see program/makeProgram.ts. */
import { CommanderError } from "commander";
import { Failure } from "../../contract/failure.ts";
import { errorInShort } from "../log/log.ts";
import { exitCodeOf, exitCodes } from "./exitCodes.ts";
import { FileFailure } from "./fileFailure.ts";
import { Output } from "./output.ts";
import { makeProgram } from "./program/makeProgram.ts";
import { UsageFailure } from "./usageFailure.ts";

const isJson = process.argv.slice(2).includes("--json");

/** Says what went wrong, and returns what the program ends with. */
function sayError(error: unknown): number {
  // Commander has said it, or has printed the help that was asked for.
  if (error instanceof CommanderError) {
    if (isJson && error.exitCode !== 0) new Output(true).document({ error: { code: "USAGE", message: error.message } });
    return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  }
  const known = error instanceof Failure ? error : null;
  const message = known?.message ?? errorInShort(error, true);
  const code = known instanceof UsageFailure ? "USAGE" : (known?.code ?? "INTERNAL");
  const complaints = known instanceof FileFailure ? { complaints: known.complaints } : {};
  const output = new Output(isJson);
  output.note(message);
  output.document({ error: { code, message, ...complaints } });
  return known === null ? exitCodes.failure : known instanceof UsageFailure ? exitCodes.usage : exitCodeOf(known.code);
}

try {
  await makeProgram(isJson).parseAsync();
} catch (error) {
  process.exitCode = sayError(error);
}
