import { Failure } from "../../contract/failure.ts";

/** A complaint about one place of a file. */
export interface Complaint {
  line: number;
  column: number;
  /** Such as "config.depths.2"; "" for the file as a whole. */
  path: string;
  message: string;
}

/** A file that cannot be launched, with all that is wrong with it. */
export class FileFailure extends Failure {
  readonly complaints: readonly Complaint[];

  /** @param file how it was named */
  constructor(file: string, complaints: readonly Complaint[]) {
    const lines = complaints.map(
      ({ line, column, path, message }) => `${file}:${line}:${column}: ${path === "" ? "" : `${path}: `}${message}`,
    );
    super("INVALID", lines.join("\n"));
    this.complaints = complaints;
  }
}
