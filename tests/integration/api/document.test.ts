import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "@hey-api/openapi-ts";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { apiRoutes } from "../../../server/api/apiRoutes.ts";
import { exampleLaunch } from "../../../server/api/examples.ts";
import { askApi, makeApiToken } from "../../support/client/api.ts";
import { projectRoot, TestServer } from "../../support/processes/server.ts";

interface Operation {
  operationId: string;
  parameters: { $ref?: string; name: string; in: string; required: boolean; schema: object }[];
  requestBody?: { content: Record<string, { schema: object; example?: unknown }> };
  responses: Record<string, { $ref?: string; description?: string; content?: Record<string, { schema: object }> }>;
  security: Record<string, string[]>[];
  "x-scopes": string[];
  "x-example": string;
}
interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Record<string, unknown>>;
}

let server: TestServer;
let token: string;
let document: Document;
let folder: string;
beforeAll(async () => {
  server = await TestServer.start({ singleUser: false, localWorker: true });
  await server.signIn();
  ({ token } = await makeApiToken(server, "edit"));
  document = (await askApi<Document>(server, "GET", "/openapi.json")).body;
  // Within the project, so that what is generated may import nothing but itself.
  folder = mkdtempSync(join(projectRoot, "node_modules/.cache/api-client-"));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server?.stop();
});

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

test("states every route, once, with what it needs", () => {
  expect(document.openapi).toBe("3.1.0");
  expect(
    operations()
      .map(({ path, method }) => `${method.toUpperCase()} ${path}`)
      .sort(),
  ).toEqual(apiRoutes.map(({ method, path }) => `${method} ${path}`).sort());
  const ids = operations().map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { path, method, operation } of operations()) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const inPath = operation.parameters.filter((one) => one.in === "path");
    expect(inPath.map(({ name }) => name)).toEqual(named);
    expect(inPath.every(({ required }) => required)).toBe(true);
    expect(
      Object.keys(operation.responses).some((status) => status.startsWith("2")),
      `${method} ${path}`,
    ).toBe(true);
    expect(operation["x-example"]).toContain("curl -sS --fail-with-body");
  }
  expect(document.paths["/experiments"].post["x-scopes"]).toEqual(["launch", "edit", "manage"]);
  expect(document.paths["/experiments/{id}"].get.security).toEqual([{ token: [] }, {}]);
  expect(document.paths["/openapi.json"].get.security).toEqual([]);
});

test("has no reference into nothing, and only schemas of JSON Schema 2020-12", () => {
  const references: string[] = [];
  const collect = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, part] of Object.entries(value)) {
      if (key === "$ref") references.push(part as string);
      else collect(part);
    }
  };
  collect(document);
  expect(references.length).toBeGreaterThan(50);
  for (const reference of new Set(references)) {
    const [, , kind, name] = reference.split("/");
    expect(document.components[kind]?.[name], reference).toBeDefined();
  }
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: "document", components: document.components });
  const inDocument = (schema: object) => JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"document#/components'));
  for (const { operation } of operations()) {
    for (const { schema } of operation.parameters.filter((one) => one.schema)) ajv.compile(schema);
    for (const { schema, example } of Object.values(operation.requestBody?.content ?? {})) {
      const validate = ajv.compile(inDocument(schema));
      // What the page shows as an example is a valid request.
      if (example !== undefined)
        expect(validate(example), `${operation.operationId}: ${ajv.errorsText(validate.errors)}`).toBe(true);
    }
    for (const { content } of Object.values(operation.responses))
      for (const { schema } of Object.values(content ?? {})) ajv.compile(inDocument(schema));
  }
});

test("a client that is generated from it launches, follows, reads and cancels at a real server", async () => {
  await createClient({
    input: document as never,
    output: { path: folder },
    plugins: ["@hey-api/typescript", "@hey-api/sdk", "@hey-api/client-fetch"],
    logs: { level: "silent" },
  });
  const sdk = await import(/* @vite-ignore */ join(folder, "sdk.gen.ts"));
  const { client } = await import(/* @vite-ignore */ join(folder, "client.gen.ts"));
  client.setConfig({ baseUrl: `${server.url}/api/v1`, auth: () => token });

  const estimated = await sdk.estimateExperiment({ body: exampleLaunch.config });
  expect(estimated.data).toMatchObject({ runs: 6, limit: 2000 });
  const launched = await sdk.createExperiment({ body: exampleLaunch, headers: { "Idempotency-Key": "generated" } });
  expect(launched.response.status).toBe(201);
  const { id } = launched.data;
  expect((await sdk.listExperiments({ query: { tag: "api" } })).data.experiments.map((one: { id: string }) => one.id)).toEqual([
    id,
  ]);

  const follow = async () => (await sdk.getExperiment({ path: { id } })).data;
  // Six runs are trained: on a busy machine that takes a while.
  await expect.poll(async () => (await follow()).counts.finished, { timeout: 200_000 }).toBe(6);
  expect((await follow()).status).toBe("finished");
  const { data: listed } = await sdk.listRuns({ path: { id } });
  expect(listed.runs.map((run: { config: { depth: number } }) => run.config.depth)).toEqual([2, 4, 8, 2, 4, 8]);
  const { data: read, error } = await sdk.getExperimentSeries({ path: { id }, query: { key: ["train/loss"], format: "json" } });
  expect(error).toBeUndefined();
  expect(read.series).toHaveLength(6);
  for (const { steps, values } of read.series) {
    expect(steps[0]).toBe(0);
    expect(steps.at(-1)).toBe(200);
    expect(values.at(-1)).toBeLessThan(values[0]);
  }
  const pictures = await sdk.getGeometry({ path: { id: listed.runs[0].id }, query: { lastOnly: true } });
  expect(pictures.data.snapshots).toHaveLength(1);
  const log = await sdk.getLog({ path: { id: listed.runs[0].id }, query: { limit: 2 } });
  expect(log.data.lines.length).toBeGreaterThan(0);

  const more = await sdk.addSeeds({ path: { id }, body: { seeds: [7] } });
  expect(more.data).toEqual({ added: 3 });
  await sdk.pauseExperiment({ path: { id } });
  await sdk.cancelExperiment({ path: { id } });
  await expect.poll(async () => (await follow()).progress).toBe(1);
  const { counts } = await follow();
  expect(counts.finished + counts.cancelled).toBe(9);
  const wrong = await sdk.addDepths({ path: { id }, body: { depths: [999] } });
  expect(wrong.response.status).toBe(400);
  expect(wrong.error.error.issues).toEqual([{ path: ["depths", 0], message: "a depth must be at most 64" }]);
});
