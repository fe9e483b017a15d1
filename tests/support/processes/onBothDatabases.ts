import { afterAll, beforeAll, describe } from "vitest";
import { startPostgres, type TestPostgres } from "./postgres.ts";
import { type ServerOptions, TestServer } from "./server.ts";

/** Runs a suite on the embedded database and on an external Postgres, each with a server of its own. */
export function onBothDatabases(
  title: string,
  suite: (server: () => TestServer, options: () => ServerOptions) => void,
  env = {},
): void {
  describe.each(["embedded", "external"] as const)(`${title} (%s database)`, (kind) => {
    let postgres: TestPostgres | null = null;
    let server: TestServer;
    const options = (): ServerOptions => ({ databaseUrl: postgres?.url ?? null, env });
    beforeAll(async () => {
      if (kind === "external") postgres = await startPostgres();
      server = await TestServer.start(options());
    });
    afterAll(async () => {
      await server?.stop();
      await postgres?.stop();
    });
    suite(() => server, options);
  });
}
