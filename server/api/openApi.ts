import { z } from "zod";
import { apiError } from "../../contract/api/apiError.ts";
import { rightsOf, type TokenScope, tokenScopes } from "../../contract/people.ts";
import { isFile, isRaw, type Needed, type Route } from "./defineRoute.ts";
import { exampleCall } from "./exampleCall.ts";
import { prefix } from "./findRoute.ts";
import { isList } from "./readQuery.ts";

type Json = { [key: string]: unknown };

/** Scopes of tokens by which a route is open to those who could make them. */
export const scopesFor = (needed: Needed): TokenScope[] =>
  needed === "anyone"
    ? []
    : tokenScopes.filter((scope) => rightsOf("owner", scope).includes(needed === "study" ? "read" : needed));

/** The schemas of a document, those with a name once. */
class Schemas {
  readonly named: Json = {};

  of(schema: z.ZodType, io: "input" | "output"): Json {
    const { $schema: _, $defs = {}, ...root } = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as Json;
    for (const [name, definition] of Object.entries($defs as Json)) this.named[name] ??= this.tidy(definition, io);
    return this.tidy(root, io) as Json;
  }

  /** References point into the document; bounds of every whole number say nothing, and an answer may have more fields one day. */
  private tidy(value: unknown, io: "input" | "output"): unknown {
    if (Array.isArray(value)) return value.map((item) => this.tidy(item, io));
    if (typeof value !== "object" || value === null) return value;
    const kept: Json = {};
    for (const [key, part] of Object.entries(value)) {
      if (key === "maximum" && part === Number.MAX_SAFE_INTEGER) continue;
      if (key === "minimum" && part === Number.MIN_SAFE_INTEGER) continue;
      if (key === "additionalProperties" && part === false && io === "output") continue;
      kept[key] = key === "$ref" ? String(part).replace("#/$defs/", "#/components/schemas/") : this.tidy(part, io);
    }
    return kept;
  }
}

const errors: Record<number, string> = {
  400: "The request is invalid: `issues` names what is wrong, and where.",
  401: "The token is missing, unknown, expired or revoked.",
  403: "The token, or its maker, lacks the right.",
  404: "There is no such thing, or it was deleted.",
  408: "The body did not arrive in time.",
  409: "The thing is in a state in which this is not possible.",
  413: "The body is too large: the message names the bound.",
  415: "The body is of another type, or compressed.",
  422: "The idempotency key was used for another request.",
  429: "Too many requests: Retry-After says when to come again.",
  503: "The database does not answer now, or its disk is full: the same request may succeed later.",
};

const errorsOf = ({ method, right, request }: Route): number[] => [
  ...[400, ...(right === "anyone" ? [] : [401, 403, 404])],
  ...(method === "GET" ? [] : [409]),
  ...(request === null ? [] : [408, 413, 415]),
  ...(method === "POST" ? [422] : []),
  ...[429, 503],
];

function parametersOf(route: Route, schemas: Schemas): Json[] {
  const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    ...{ name, in: "path", required: true },
    schema: route.params[name!] ? schemas.of(route.params[name!]!, "input") : { type: "string", format: "uuid" },
  }));
  const inQuery = Object.entries(route.query?.shape ?? {}).map(([name, schema]) => {
    const { description, ...shape } = schemas.of(schema as z.ZodType, "input");
    const list = isList(schema as z.ZodType) && { style: "form", explode: true };
    const required = !(schema as z.ZodType).safeParse(undefined).success;
    return { name, in: "query", required, ...(description !== undefined && { description }), schema: shape, ...list };
  });
  const share = route.right === "study" ? [{ $ref: "#/components/parameters/Share" }] : [];
  const key = route.method === "POST" ? [{ $ref: "#/components/parameters/IdempotencyKey" }] : [];
  return [...inPath, ...inQuery, ...share, ...key];
}

function bodyOf({ request, example }: Route, schemas: Schemas): Json {
  if (request === null) return {};
  if (isRaw(request)) {
    const content = Object.fromEntries(
      request.contentTypes.map((type) => [type, { schema: { type: "string", format: "binary" } }]),
    );
    return { requestBody: { required: true, content } };
  }
  const content = { schema: schemas.of(request, "input"), ...(example !== undefined && { example }) };
  return { requestBody: { required: !request.safeParse({}).success, content: { "application/json": content } } };
}

function answersOf(route: Route, schemas: Schemas): Json {
  const { response } = route;
  const content = isFile(response)
    ? Object.fromEntries(response.contentTypes.map((type) => [type, { schema: fileSchema(type, response.json, schemas) }]))
    : { "application/json": { schema: schemas.of(response, "output") } };
  const failed = errorsOf(route).map((status) => [status, { $ref: `#/components/responses/E${status}` }]);
  return { [route.status]: { description: route.summary, content }, ...Object.fromEntries(failed) };
}

function fileSchema(type: string, json: z.ZodType | null, schemas: Schemas): Json {
  if (type === "application/json") return json ? schemas.of(json, "output") : { type: "object" };
  return type.startsWith("text/") ? { type: "string" } : { type: "string", format: "binary" };
}

/** A link is a parameter, not a scheme: a client sends its token by every scheme that it reads of. */
const securityOf = (needed: Needed): Json[] => (needed === "anyone" ? [] : [{ token: [] }, ...(needed === "study" ? [{}] : [])]);

const needText = (needed: Needed): string => {
  const scopes = scopesFor(needed);
  if (needed === "anyone") return "Open to anyone.";
  return `Needs a token of scope ${scopes.join(", ").replace(/, (?=[^,]*$)/, " or ")}${needed === "study" ? ", or a share link of the study" : ""}.`;
};

/** The OpenAPI 3.1 document of these routes. */
export function openApi(routes: readonly Route[], version: string): Json {
  const schemas = new Schemas();
  const errorSchema = schemas.of(apiError, "output");
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    paths[route.path] ??= {};
    paths[route.path]![route.method.toLowerCase()] = {
      operationId: route.id,
      tags: [route.subject],
      summary: route.summary,
      description: [route.description, needText(route.right)].filter(Boolean).join("\n\n"),
      parameters: parametersOf(route, schemas),
      ...bodyOf(route, schemas),
      responses: answersOf(route, schemas),
      security: securityOf(route.right),
      "x-scopes": scopesFor(route.right),
      "x-example": exampleCall(route),
    };
  }
  const responses = Object.fromEntries(
    Object.entries(errors).map(([status, description]) => [
      `E${status}`,
      { description, content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } } },
    ]),
  );
  return {
    openapi: "3.1.0",
    info: {
      title: "Collapsar",
      version,
      description:
        "Everything that a person does on the pages, for programs. Times are ISO 8601 of the server's clock; numbers are float64.",
    },
    servers: [{ url: prefix }],
    tags: [...new Set(routes.map(({ subject }) => subject))].map((name) => ({ name })),
    paths,
    components: {
      schemas: { ...schemas.named, Error: errorSchema },
      responses,
      parameters: {
        Share: {
          ...{ name: "share", in: "query", required: false },
          description: "The token of a share link, in the place of an API token: it opens its one study.",
          schema: { type: "string", maxLength: 200 },
        },
        IdempotencyKey: {
          ...{ name: "Idempotency-Key", in: "header", required: false },
          description:
            "A text of your choice, such as a UUID: the same request sent again with it within 24 hours gets the first answer, and nothing is done twice.",
          schema: { type: "string", minLength: 1, maxLength: 200 },
        },
      },
      securitySchemes: {
        token: {
          type: "http",
          scheme: "bearer",
          description:
            "An API token, made under “Sessions and tokens” (/access). A signed-in browser may also come by its session, from this site alone.",
        },
      },
    },
  };
}
