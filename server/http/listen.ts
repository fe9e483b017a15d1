import type { Server } from "node:http";
import { type AddressInfo, isIPv6 } from "node:net";
import { networkInterfaces } from "node:os";
import { Failure } from "../../contract/failure.ts";

interface Place {
  host: string;
  port: number;
}

/**
 * @returns the port: with 0 any free one is taken
 * @throws Failure CONFLICT or INVALID saying what is wrong with the port or the address
 */
export function listen(http: Server, { host, port }: Place): Promise<number> {
  return new Promise((resolve, reject) => {
    http.once("error", (error: NodeJS.ErrnoException) => reject(explain(error, { host, port })));
    http.listen(port, host, () => resolve((http.address() as AddressInfo).port));
  });
}

function explain(error: NodeJS.ErrnoException, { host, port }: Place): Error {
  if (error.code === "EADDRINUSE")
    return new Failure(
      "CONFLICT",
      `Port ${port} is taken: perhaps Collapsar is running already at http://${host}:${port}. Stop what uses it, or choose another port: COLLAPSAR_PORT=${port + 1} npm start`,
    );
  if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND")
    return new Failure("INVALID", `COLLAPSAR_HOST is ${host}, which is not an address of this machine.`);
  if (error.code === "EACCES")
    return new Failure("INVALID", `Port ${port} may not be opened by this user: choose one above 1023.`);
  return error;
}

const isEvery = (host: string): boolean => host === "0.0.0.0" || host === "::";
const inUrl = (host: string): string => (isIPv6(host) ? `[${host}]` : host);

/** An address that people on other machines can open: 0.0.0.0 means every address of this machine, and is none itself. */
export function reachableAddress({ host, port }: Place): string {
  const own = Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === "IPv4" && !one.internal)?.address;
  return `http://${inUrl(isEvery(host) ? (own ?? "localhost") : host)}:${port}`;
}

/** Where programs on this machine find the server. */
export function localAddress({ host, port }: Place): string {
  const own = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `http://${inUrl(own)}:${port}`;
}
