import { Failure } from "../../contract/failure.ts";

/** Why a file that a person named cannot be read. @param error of the system; a Failure stays what it is */
export function cannotRead(file: string, error: unknown): Failure {
  if (error instanceof Failure) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return new Failure("NOT_FOUND", `There is no file ${file}.`);
  return new Failure("INVALID", `${file} cannot be read (${code ?? "unknown"}): check that it is yours to read.`);
}
