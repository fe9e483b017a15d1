import { createServer } from "node:net";
import { reasonOf } from "../client/apiClient.ts";
import { type Check, codeOf, fault, ok, warning } from "./check.ts";
import { skewMs } from "./checkDatabase.ts";

const patienceMs = 5_000;
/** A Date header counts whole seconds. */
const secondMs = 1_000;

/** The port that a server on this machine listens at, and the server that the commands ask. */
export async function checkServers(place: { host: string; port: number }, url: string, localUrl: string): Promise<Check[]> {
  const isLocal = url === localUrl || url === localUrl.replace("127.0.0.1", "localhost");
  const asked = await askServer(url);
  const local = isLocal ? asked : await askServer(localUrl);
  return [
    await checkPort(place, local),
    asked === null
      ? warning(
          "server",
          `none answers at ${url}`,
          isLocal ? "start one with “npx collapsar start”" : "check the address (--server, COLLAPSAR_URL), and that it runs",
        )
      : asked.problem === null
        ? ok("server", `${url} is ready`)
        : fault("server", `${url} answers, and ${asked.problem}`, asked.wayOut),
    ...(asked?.aheadMs == null ? [] : [checkClock(asked.aheadMs)]),
  ];
}

interface Answer {
  isCollapsar: boolean;
  /** null: it is ready. */
  problem: string | null;
  wayOut: string;
  /** Its clock against this machine's, ms; null where it does not say. */
  aheadMs: number | null;
}

/** @returns null where nothing answers */
async function askServer(url: string): Promise<Answer | null> {
  try {
    const asked = Date.now();
    const response = await fetch(`${url}/readyz`, { redirect: "manual", signal: AbortSignal.timeout(patienceMs) });
    const text = (await response.text()).trim().slice(0, 200);
    const answered = Date.now();
    const isCollapsar = ["ok", "starting", "draining", "database"].includes(text);
    const date = Date.parse(response.headers.get("date") ?? "");
    const aheadMs = Number.isNaN(date) ? null : apart(date, asked, answered);
    if (!isCollapsar)
      return {
        isCollapsar,
        problem: "is not a Collapsar server",
        wayOut: "name one with --server or COLLAPSAR_URL",
        aheadMs: null,
      };
    const problem =
      { ok: null, starting: "is starting", draining: "is stopping", database: "has lost its database" }[text] ?? null;
    return {
      isCollapsar,
      problem,
      wayOut: text === "database" ? "see “database”, and the server's log" : "try again in a moment",
      aheadMs,
    };
  } catch (error) {
    // Something listens that does not speak HTTP, or says nothing.
    const reason = reasonOf(error);
    if (/REFUSED|NOTFOUND|AGAIN|UNREACH/.test(reason)) return null;
    return {
      isCollapsar: false,
      problem: `says nothing that a server would (${reason})`,
      wayOut: "name a server with --server or COLLAPSAR_URL",
      aheadMs: null,
    };
  }
}

/** How far a second is outside of the time in which it was asked for, ms. */
function apart(date: number, asked: number, answered: number): number {
  if (date > answered) return date - answered;
  return date + secondMs < asked ? date + secondMs - asked : 0;
}

const checkClock = (aheadMs: number): Check =>
  Math.abs(aheadMs) > skewMs
    ? warning(
        "clock of the server",
        `${Math.round(Math.abs(aheadMs) / 1_000)} s ${aheadMs > 0 ? "ahead of" : "behind"} this machine's`,
        "set both machines' clocks by NTP",
      )
    : ok("clock of the server", "agrees with this machine's");

async function checkPort({ host, port }: { host: string; port: number }, local: Answer | null): Promise<Check> {
  const name = "port";
  if (local?.isCollapsar) return ok(name, `a Collapsar server has ${host}:${port}`);
  if (port === 0) return ok(name, "any free one");
  const code = await new Promise<string | null>((resolve) => {
    const trial = createServer();
    trial.once("error", (error) => resolve(codeOf(error)));
    trial.listen({ port, host, exclusive: true }, () => trial.close(() => resolve(null)));
  });
  if (code === null) return ok(name, `${host}:${port} is free`);
  if (code === "EADDRINUSE")
    return fault(name, `another program has ${host}:${port}`, `stop it, or choose another port: COLLAPSAR_PORT=${port + 1}`);
  if (code === "EACCES") return fault(name, `this user may not open port ${port}`, "choose one above 1023 with COLLAPSAR_PORT");
  return fault(name, `${host}:${port} cannot be opened (${code})`, "set COLLAPSAR_HOST to an address of this machine");
}
