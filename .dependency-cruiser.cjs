/** The arrows between the rooms of the house: who may import whom (see README, "To change X, edit Y"). */
const layer = (name, mayImport, packages) => [
  {
    name: `${name}-arrows`,
    severity: "error",
    comment: `${name}/ may import only: ${[name, ...mayImport].join(", ")}`,
    from: { path: `^${name}/` },
    to: { path: "^(math|contract|db|workers|server|app|install|tests)/", pathNot: `^(${[name, ...mayImport].join("|")})/` },
  },
  {
    name: `${name}-packages`,
    severity: "error",
    comment: `packages ${name}/ may use`,
    from: { path: `^${name}/` },
    to: { path: "node_modules/", pathNot: packages.length ? `node_modules/(${packages.join("|")})(/|$)` : "^$" },
  },
];

/**
 * The arrows between the folders of a room: each folder with those that it may import beside itself, "." for the files at the room's top,
 * which every folder may import. A folder that a table lacks may import no other.
 */
const folders = (room, table) => {
  const rule = (name, from, mayImport) => ({
    name: `${room}-folders`,
    severity: "error",
    comment: `${name} may import only these folders of ${room}/: ${mayImport.join(", ") || "none"}`,
    from,
    to: { path: `^${room}/[^/]+/`, pathNot: mayImport.length ? `^${room}/(${mayImport.join("|")})/` : "^$" },
  });
  const { ".": top, ...named } = table;
  const all = Object.keys(named);
  return [
    ...(top ? [rule("the top", { path: `^${room}/[^/]+$` }, top)] : []),
    ...all.map((folder) => rule(folder, { path: `^${room}/${folder}/` }, [folder, ...named[folder]])),
    rule("a folder that is not in the table", { path: `^${room}/[^/]+/`, pathNot: `^${room}/(${all.join("|")})/` }, []),
  ];
};

/** Read from above: each folder builds on those in front of it. */
const mathFolders = {
  ".": [],
  linear: [],
  frames: ["linear"],
  collapse: ["linear", "frames"],
  optimum: ["linear", "frames", "collapse"],
  statistics: [],
  steps: [],
};

/** Likewise. */
const contractFolders = {
  ".": [],
  metrics: [],
  data: [],
  config: ["data"],
  wire: ["metrics", "data", "config"],
  theory: ["metrics", "data", "config", "wire"],
  facts: ["data", "config"],
  launch: ["data", "config", "wire"],
  presets: ["data", "config"],
};

module.exports = {
  forbidden: [
    ...layer("math", [], []),
    ...folders("math", mathFolders),
    ...layer("install", [], []),
    ...layer("contract", [], ["zod"]),
    ...folders("contract", contractFolders),
    ...layer(
      "db",
      ["contract"],
      ["drizzle-orm", "drizzle-kit", "pg", "@types/pg", "@electric-sql", "proper-lockfile", "@types/proper-lockfile"],
    ),
    ...layer(
      "workers",
      ["math", "contract"],
      ["@tensorflow", "onnxruntime-node", "onnxruntime-common", "socket.io-client", "sharp"],
    ),
    ...layer("server", ["math", "contract", "db"], ["@trpc", "socket.io", "next", "pg-boss", "downsample", "better-auth"]),
    ...layer(
      "app",
      ["math", "contract", "server"],
      [
        "next",
        "react",
        "react-dom",
        "@types/react",
        "@types/react-dom",
        "recharts",
        "@trpc",
        "@tanstack",
        "socket.io-client",
        "katex",
        "react-markdown",
        "remark-gfm",
        "remark-math",
        "rehype-katex",
        "rehype-sanitize",
      ],
    ),
    {
      name: "math-no-node",
      severity: "error",
      comment: "math/ and contract/ run in the browser too",
      from: { path: "^(math|contract)/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "app-router-type-only",
      severity: "error",
      comment: "the pages know the server by its router's type alone",
      from: { path: "^app/" },
      to: { path: "^server/", pathNot: "^server/appRouter\\.ts$" },
    },
    {
      name: "app-router-import-type",
      severity: "error",
      comment: "import type only",
      from: { path: "^app/" },
      to: { path: "^server/appRouter\\.ts$", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "models-know-no-training",
      severity: "error",
      from: { path: "^workers/(models|data)/" },
      to: { path: "^workers/(training|measure|agent|run)/" },
    },
    {
      name: "training-knows-no-wire",
      severity: "error",
      from: { path: "^workers/(training|measure)/" },
      to: { path: "^workers/agent/" },
    },
    {
      name: "routers-touch-no-sql",
      severity: "error",
      from: { path: "^server/routers/" },
      to: { path: "^db/" },
    },
    {
      name: "services-know-no-transport",
      severity: "error",
      from: { path: "^server/services/" },
      to: { path: "(^server/(routers|sockets)/|node_modules/(@trpc|socket\\.io))" },
    },
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true, dependencyTypesNot: ["type-only"] } },
    {
      name: "no-orphans",
      severity: "error",
      from: { orphan: true, pathNot: "(^app/.*(page|layout|not-found|error|icon)\\.tsx?$|^tests/|\\.config\\.|\\.d\\.ts$)" },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(\\.next|\\.collapsar)/" },
    includeOnly: "^(math|contract|db|workers|server|app|install|node_modules)",
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: [".ts", ".tsx", ".mts", ".mjs", ".js", ".json"] },
  },
};
