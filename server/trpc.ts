import { initTRPC, TRPCError } from "@trpc/server";
import type { Failure, FailureCode } from "../contract/failure.ts";
import type { Right } from "../contract/people.ts";
import { databaseTrouble } from "../db/databaseTrouble.ts";
import type { Access } from "./access/access.ts";
import { readerOf, rightsOfPerson } from "./access/person.ts";
import { describeError } from "./describeError.ts";
import type { ServiceContext } from "./services/context.ts";
import type { AnswerAllowance } from "./services/series/answerAllowance.ts";

export interface RequestContext {
  access: Access;
  services: ServiceContext;
  /** What the calls of this request may give together. */
  allowance: AnswerAllowance;
}

const t = initTRPC.context<RequestContext>().create({
  isDev: false,
  errorFormatter: ({ shape, error }) => {
    const failure = describeError(error.cause ?? error);
    const { stack: _stack, ...data } = shape.data as typeof shape.data & { stack?: string };
    return { ...shape, message: failure.message, data: { ...data, failure } };
  },
});

const httpCodes: Partial<Record<FailureCode, TRPCError["code"]>> = {
  INVALID: "BAD_REQUEST",
  GRID_TOO_LARGE: "BAD_REQUEST",
  NOT_FOUND: "NOT_FOUND",
  NOT_ALLOWED: "FORBIDDEN",
  CONFLICT: "CONFLICT",
  UNAVAILABLE: "SERVICE_UNAVAILABLE",
  DISK_FULL: "SERVICE_UNAVAILABLE",
};

const mapFailures = t.middleware(async ({ next }) => {
  const result = await next();
  if (result.ok) return result;
  const { cause } = result.error;
  const failure = cause?.name === "Failure" ? (cause as Failure) : databaseTrouble(cause)?.failure;
  if (!failure) return result;
  throw new TRPCError({ code: httpCodes[failure.code] ?? "INTERNAL_SERVER_ERROR", message: failure.message, cause: failure });
});

/** Roles that have a right, for the refusal of those that lack it. */
const neededRole: Record<Right, string> = {
  read: "a viewer",
  self: "a person who is signed in",
  launch: "an editor",
  edit: "an editor",
  manage: "an owner",
};

function refuse(access: Access, right: Right): TRPCError {
  if (access.kind === "refused") return new TRPCError({ code: "NOT_FOUND", message: "This link is not valid, or not any more." });
  if (access.kind === "share") return new TRPCError({ code: "FORBIDDEN", message: "A share link only reads its own study." });
  if (access.kind === "nobody") return new TRPCError({ code: "UNAUTHORIZED", message: "Sign in first: open /enter." });
  const { role, token } = access.person;
  const named = `${role === "viewer" ? "a" : "an"} ${role}`;
  const who = token ? `this is an API token of scope “${token.scope}”, made by ${named}` : `you are signed in as ${named}`;
  return new TRPCError({ code: "FORBIDDEN", message: `This needs ${neededRole[right]}, and ${who}.` });
}

export const router = t.router;

/** Answers anyone: only what proves itself by its input (a share token) may use it. */
export const anyoneProcedure = t.procedure.use(mapFailures);

/** For people, or programs with their token, that have this right. */
const needing = (right: Right) =>
  anyoneProcedure.use(({ ctx, next }) => {
    if (ctx.access.kind !== "person" || !rightsOfPerson(ctx.access.person).includes(right)) throw refuse(ctx.access, right);
    const { person } = ctx.access;
    return next({ ctx: { services: ctx.services, person, reader: readerOf(person) } });
  });

/** See contract/people.ts for what each right covers. */
export const readProcedure = needing("read");
export const launchProcedure = needing("launch");
export const editProcedure = needing("edit");
export const selfProcedure = needing("self");
export const manageProcedure = needing("manage");

/** The right to read, or a share link; services check that what is asked for lies within `ctx.reader`. */
export const studyProcedure = anyoneProcedure.use(({ ctx, next }) => {
  const { access, services } = ctx;
  if (access.kind === "share") return next({ ctx: { services, reader: access.reader } });
  if (access.kind !== "person" || !rightsOfPerson(access.person).includes("read")) throw refuse(access, "read");
  return next({ ctx: { services, reader: readerOf(access.person) } });
});
