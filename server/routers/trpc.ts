import { initTRPC, TRPCError } from "@trpc/server";
import type { FailureCode } from "../../contract/failure.ts";
import type { Right } from "../../contract/people.ts";
import type { Access } from "../access/access.ts";
import { readerOf } from "../access/person.ts";
import { personWith, readerWith, refuseAccess } from "../access/refusals.ts";
import type { AnswerAllowance } from "../context/answerAllowance.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import { describeError, failureOf } from "../failures/describeError.ts";

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
  const failure = failureOf(result.error.cause);
  if (!failure) return result;
  throw new TRPCError({ code: httpCodes[failure.code] ?? "INTERNAL_SERVER_ERROR", message: failure.message, cause: failure });
});

const refusalCodes = { 401: "UNAUTHORIZED", 403: "FORBIDDEN", 404: "NOT_FOUND" } as const;

function refuse(access: Access, right: Right): TRPCError {
  const { status, message } = refuseAccess(access, right);
  return new TRPCError({ code: refusalCodes[status], message });
}

export const router = t.router;

/** Answers anyone: only what proves itself by its input (a share token) may use it. */
export const anyoneProcedure = t.procedure.use(mapFailures);

/** For people, or programs with their token, that have these rights. */
const needing = (right: Right, ...more: Right[]) =>
  anyoneProcedure.use(({ ctx, next }) => {
    const person = personWith(ctx.access, right);
    if (person === null) throw refuse(ctx.access, right);
    for (const other of more) if (personWith(ctx.access, other) === null) throw refuse(ctx.access, other);
    return next({ ctx: { services: ctx.services, person, reader: readerOf(person) } });
  });

/** See contract/people.ts for what each right covers. */
export const readProcedure = needing("read");
export const launchProcedure = needing("launch");
export const editProcedure = needing("edit");
export const selfProcedure = needing("self");
export const manageProcedure = needing("manage");
/** What would outlive a program's token, such as other ways in: for people alone. */
export const managePersonallyProcedure = needing("manage", "self");

/** The right to read, or a share link; services check that what is asked for lies within `ctx.reader`. */
export const studyProcedure = anyoneProcedure.use(({ ctx, next }) => {
  const { access, services } = ctx;
  const reader = readerWith(access);
  if (reader === null) throw refuse(access, "read");
  return next({ ctx: { services, reader } });
});
