import type { z } from "zod";
import type { Right } from "../../contract/people.ts";
import type { Person } from "../access/person.ts";
import type { Reader } from "../access/reader.ts";
import type { AnswerAllowance } from "../context/answerAllowance.ts";
import type { ServiceContext } from "../context/serviceContext.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
/** A right; `study`: the right to read, or a share link of that study; `anyone`: no proof at all. */
export type Needed = Right | "study" | "anyone";

/** A body that is no JSON: it is handed on as it comes, up to its cap. */
export interface RawBody {
  raw: true;
  contentTypes: readonly string[];
  /** Given by the server's settings where they say it. */
  maxBytes: number | ((services: ServiceContext) => number);
}
export const rawBody = (contentTypes: readonly string[], maxBytes: RawBody["maxBytes"]): RawBody => ({
  raw: true,
  contentTypes,
  maxBytes,
});

/** An answer that is no JSON, or comes in several forms. */
export interface FileAnswer {
  file: true;
  contentTypes: readonly string[];
  /** Of the form that is JSON, if there is one. */
  json: z.ZodType | null;
}
export const fileAnswer = (...contentTypes: string[]): FileAnswer => ({ file: true, contentTypes, json: null });
/** The same where one of the forms is JSON of this schema. */
export const jsonOrFile = (json: z.ZodType, ...contentTypes: string[]): FileAnswer => ({ file: true, contentTypes, json });

/** A file that is sent while it is made. One that fails on its way is cut off, never ended as if it were whole. */
export class Streamed {
  readonly contentType: string;
  /** Name and ending of the file that is saved; null: it is shown. */
  readonly name: { base: string; ending: string } | null;
  readonly content: AsyncIterable<string | Uint8Array>;
  readonly headers: Record<string, string>;

  constructor(
    contentType: string,
    content: AsyncIterable<string | Uint8Array>,
    name: Streamed["name"] = null,
    headers: Record<string, string> = {},
  ) {
    this.contentType = contentType;
    this.content = content;
    this.name = name;
    this.headers = headers;
  }
}

/** The names in the braces of a path. */
export type ParamsOf<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? { [K in Name | keyof ParamsOf<Rest>]: string }
  : Record<never, string>;

type BodyOf<Request> = Request extends z.ZodType
  ? z.output<Request>
  : Request extends RawBody
    ? AsyncIterable<Buffer>
    : undefined;
type QueryOf<Query> = Query extends z.ZodType ? z.output<Query> : Record<never, never>;

/** What a route works with. */
export interface Call<N extends Needed, Path extends string, Query, Request> {
  services: ServiceContext;
  person: N extends "study" | "anyone" ? null : Person;
  reader: N extends "anyone" ? null : Reader;
  params: ParamsOf<Path>;
  query: QueryOf<Query>;
  body: BodyOf<Request>;
  contentType: string;
  /** Media types that whoever asks would take, as they are written. */
  accept: string;
  /** The same for the same request sent again with its idempotency key. */
  requestId: string;
  allowance: AnswerAllowance;
}

interface Definition<N extends Needed, Path extends string, Query, Request, Response> {
  /** Name of the operation, unique: "createExperiment". */
  id: string;
  method: Method;
  /** Below /api/v1; a part in braces is a uuid unless `params` says otherwise. */
  path: Path;
  right: N;
  subject: string;
  summary: string;
  description?: string;
  params?: { [K in keyof ParamsOf<Path>]?: z.ZodType<string> };
  query?: Query;
  request?: Request;
  /** An example of the JSON body, for the page. */
  example?: unknown;
  /** Largest JSON body, bytes. */
  maxBytes?: number;
  status?: 200 | 201 | 202;
  response: Response;
  handle(call: Call<N, Path, Query, Request>): Promise<Response extends z.ZodType ? z.input<Response> : unknown>;
}

/** A route as the server and the document know it. */
export interface Route {
  id: string;
  method: Method;
  path: string;
  right: Needed;
  subject: string;
  summary: string;
  description: string | null;
  params: Record<string, z.ZodType<string>>;
  query: z.ZodObject | null;
  request: z.ZodType | RawBody | null;
  example: unknown;
  maxBytes: number;
  status: number;
  response: z.ZodType | FileAnswer;
  handle(call: Call<Needed, string, z.ZodType | undefined, unknown>): Promise<unknown>;
}

const usualBytes = 1_000_000;

export const isRaw = (request: Route["request"]): request is RawBody => request !== null && "raw" in request;
export const isFile = (response: Route["response"]): response is FileAnswer => "file" in response;

/** States a route: what it needs, takes and answers; the document and the checks follow from it. */
export function defineRoute<
  const N extends Needed,
  const Path extends string,
  Query extends z.ZodObject | undefined = undefined,
  Request extends z.ZodType | RawBody | undefined = undefined,
  Response extends z.ZodType | FileAnswer = z.ZodType,
>(definition: Definition<N, Path, Query, Request, Response>): Route {
  const { description, params, query, request, maxBytes, status, example, ...rest } = definition;
  return {
    ...rest,
    description: description ?? null,
    params: (params ?? {}) as Route["params"],
    query: query ?? null,
    request: request ?? null,
    example,
    maxBytes: maxBytes ?? usualBytes,
    status: status ?? 200,
    handle: definition.handle as unknown as Route["handle"],
  };
}
