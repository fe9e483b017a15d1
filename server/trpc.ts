import { initTRPC, TRPCError } from "@trpc/server";
import type { Failure, FailureCode } from "../contract/failure.ts";
import type { Access } from "./access.ts";
import { describeError } from "./describeError.ts";
import type { ServiceContext } from "./services/context.ts";
import { owner, type Reader } from "./services/reader.ts";

export interface RequestContext {
  access: Access;
  services: ServiceContext;
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
};

const mapFailures = t.middleware(async ({ next }) => {
  const result = await next();
  if (result.ok || result.error.cause?.name !== "Failure") return result;
  const failure = result.error.cause as Failure;
  throw new TRPCError({ code: httpCodes[failure.code] ?? "INTERNAL_SERVER_ERROR", message: failure.message, cause: failure });
});

const refuse = (access: Access): TRPCError =>
  access.kind === "refused"
    ? new TRPCError({ code: "NOT_FOUND", message: "This link is not valid, or not any more." })
    : access.kind === "share"
      ? new TRPCError({ code: "FORBIDDEN", message: "A share link only reads its own study." })
      : new TRPCError({ code: "UNAUTHORIZED", message: "Open the link that the server printed when it started." });

export const router = t.router;

/** Answers anyone: only what proves itself by its input (a share token) may use it. */
export const publicProcedure = t.procedure.use(mapFailures);

/** The owner, or a share link; services check that what is asked for lies within `ctx.reader`. */
export const readerProcedure = publicProcedure.use(({ ctx, next }) => {
  if (ctx.access.kind !== "owner" && ctx.access.kind !== "share") throw refuse(ctx.access);
  const reader: Reader = ctx.access.kind === "share" ? ctx.access.reader : owner;
  return next({ ctx: { services: ctx.services, reader } });
});

/** The owner alone. */
export const ownerProcedure = publicProcedure.use(({ ctx, next }) => {
  if (ctx.access.kind !== "owner") throw refuse(ctx.access);
  return next({ ctx: { services: ctx.services, reader: owner } });
});
