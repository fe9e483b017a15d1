import { Failure } from "../../contract/failure.ts";

/** A command line that cannot be carried out, whatever the server says. */
export class UsageFailure extends Failure {
  constructor(message: string) {
    super("INVALID", message);
  }
}
