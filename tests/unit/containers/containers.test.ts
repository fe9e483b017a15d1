import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

const root = resolve(import.meta.dirname, "../../..");
const read = (name: string) => readFileSync(join(root, name), "utf8");
const manifest = JSON.parse(read("package.json"));

/** Instructions of the Containerfile, each on one line, without comments. */
const instructions = read("Containerfile")
  .replace(/^\s*#.*$/gm, "")
  .replace(/\\\n/g, " ")
  .split("\n")
  .map((line) => line.trim())
  .filter((line) => line !== "")
  .map((line) => ({ name: /^\w+/.exec(line)![0], rest: line.replace(/^\w+\s*/, "") }));
const all = (name: string) => instructions.filter((one) => one.name === name).map(({ rest }) => rest);

/** Sources of the variables that the server and its workers read, and other programs' own. */
const settings = ["server/program", "workers"]
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)))
  .filter((file) => /(env|[sS]ettings)\.ts$/.test(file))
  .map(read)
  .join("\n");
const isRead = (name: string) => new RegExp(`\\b${name}\\b`).test(settings);

describe("the Containerfile", () => {
  test("copies what is there, and no more than gets into the context", () => {
    const kept = read(".dockerignore")
      .split("\n")
      .filter((line) => line.startsWith("!"))
      .map((line) => line.slice(1));
    const copied = all("COPY")
      .filter((rest) => !rest.startsWith("--from"))
      .flatMap((rest) => rest.split(/\s+/).slice(0, -1));
    expect(copied.filter((name) => !existsSync(join(root, name)))).toEqual([]);
    expect(copied.map((name) => name.replace(/^\.\//, "")).sort()).toEqual([...kept].sort());
  });

  test("copies every folder that the program consists of", () => {
    const rooms = readdirSync(root).filter((name) => /^[a-z]/.test(name) && statSync(join(root, name)).isDirectory());
    const copied = all("COPY").flatMap((rest) => rest.split(/\s+/).slice(0, -1));
    const own = ["node_modules", "shared", "tests"];
    expect(rooms.filter((name) => !own.includes(name)).filter((name) => !copied.includes(name))).toEqual([]);
  });

  test("runs scripts and starts programs that exist", () => {
    const scripts = all("RUN").flatMap((rest) => [...rest.matchAll(/npm run (\S+)/g)].map(([, name]) => name));
    expect(scripts).toEqual(["build", "slim"]);
    expect(scripts.filter((name) => !(name! in manifest.scripts))).toEqual([]);
    const [entry] = all("ENTRYPOINT").map((rest) => JSON.parse(rest) as string[]);
    expect(entry).toEqual(["/usr/bin/tini", "--", "node_modules/node/bin/node", "server/install/run.mjs"]);
    const commands = all("CMD").map((rest) => JSON.parse(rest).join(" "));
    expect(commands).toEqual(["workers/main.ts", "server/main.ts"]);
    expect([manifest.scripts.worker, manifest.scripts.start]).toEqual(
      commands.map((one) => `exec node server/install/run.mjs ${one}`),
    );
    expect(
      ["node_modules/node/bin/node", "server/install/run.mjs", ...commands].filter((file) => !existsSync(join(root, file))),
    ).toEqual([]);
  });

  test("runs as a user without rights, on the port that it exposes and looks at", () => {
    expect(all("USER")).toEqual(["1000:1000"]);
    expect(all("EXPOSE")).toEqual(["4040"]);
    const env = Object.fromEntries(
      all("ENV").flatMap((rest) => rest.split(/\s+/).map((one) => one.split("=") as [string, string])),
    );
    expect(env).toEqual({
      NODE_ENV: "production",
      COLLAPSAR_DATA_DIR: "/data",
      COLLAPSAR_HOST: "0.0.0.0",
      COLLAPSAR_PORT: "4040",
    });
    expect(Object.keys(env).filter((name) => name.startsWith("COLLAPSAR_") && !isRead(name))).toEqual([]);
    expect(all("VOLUME")).toEqual(["/data"]);
    expect(all("HEALTHCHECK")[0]).toContain("http://127.0.0.1:4040/readyz");
  });

  test("names its base by its public name, with the Node that the program runs on", () => {
    expect(all("ARG")[0]).toBe("BASE=node:22-bookworm-slim");
    expect(manifest.dependencies.node).toMatch(/^22\./);
  });
});

interface Service {
  image: string;
  build?: { dockerfile: string; target: string };
  environment?: Record<string, string>;
  command?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  volumes?: string[];
  ports?: string[];
  read_only?: boolean;
}

describe("compose.yaml", () => {
  const { services, volumes } = parse(read("compose.yaml")) as { services: Record<string, Service>; volumes: object };

  test("has a server, its database, what carries messages, and workers; each waits for what it needs", () => {
    expect(Object.keys(services)).toEqual(["server", "worker", "postgres", "redis"]);
    const needs = Object.entries(services).flatMap(([name, { depends_on = {} }]) =>
      Object.entries(depends_on).map(([other, { condition }]) => `${name} → ${other} (${condition})`),
    );
    expect(needs).toEqual([
      "server → postgres (service_healthy)",
      "server → redis (service_healthy)",
      "worker → server (service_healthy)",
    ]);
    expect(["server", "postgres", "redis"].filter((name) => services[name]!.healthcheck === undefined)).toEqual([]);
  });

  test("builds targets of the Containerfile", () => {
    const targets = all("FROM").map((rest) => / AS (\w+)$/.exec(rest)![1]);
    for (const { build } of [services.server!, services.worker!]) {
      expect(build!.dockerfile).toBe("Containerfile");
      expect(targets).toContain(build!.target);
    }
  });

  test("sets what the programs read", () => {
    const names = [services.server!, services.worker!].flatMap(({ environment }) => Object.keys(environment!));
    expect(names.filter((name) => !isRead(name))).toEqual([]);
  });

  test("has no secret of its own: each must be given", () => {
    const secret = /KEY$|TOKEN$|PASSWORD$|DATABASE_URL$/;
    for (const { environment = {} } of Object.values(services))
      for (const [name, value] of Object.entries(environment))
        if (secret.test(name)) expect(value, name).toMatch(/\$\{[A-Z_]+:\?[^}]+\}/);
  });

  test("publishes the server alone, to this machine, and mounts volumes that it names", () => {
    expect(Object.entries(services).flatMap(([name, { ports = [] }]) => ports.map((port) => `${name} ${port}`))).toEqual([
      "server 127.0.0.1:4040:4040",
    ]);
    const mounted = Object.values(services).flatMap((service) => (service.volumes ?? []).map((one) => one.split(":")[0]!));
    expect(mounted.sort()).toEqual(Object.keys(volumes).sort());
    expect([services.server!.read_only, services.worker!.read_only]).toEqual([true, true]);
  });

  test("its workers' flags are ones that they know", () => {
    const [program, ...flags] = services.worker!.command!;
    expect(existsSync(join(root, program!))).toBe(true);
    const known = read("workers/agent/options.ts");
    const named = flags.filter((flag) => flag.startsWith("--")).map((flag) => flag.slice(2));
    expect(named).toEqual(["server", "ephemeral", "scratch", "data"]);
    expect(named.filter((name) => !known.includes(`${name}: {`))).toEqual([]);
  });
});
