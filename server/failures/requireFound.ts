import { Failure } from "../../contract/failure.ts";

/** @throws Failure NOT_FOUND */
export function requireFound<T>(
  value: T | null | undefined | false,
  what:
    | "experiment"
    | "run"
    | "share link"
    | "token"
    | "worker"
    | "recording"
    | "file"
    | "checkpoint"
    | "session"
    | "member"
    | "invitation"
    | "launcher"
    | "webhook",
): T {
  if (!value) throw new Failure("NOT_FOUND", `There is no such ${what}; it may have been deleted.`);
  return value;
}
