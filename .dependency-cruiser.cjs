/** The arrows between the rooms of the house: who may import whom (see README, "To change X, edit Y"). */
const layer = (name, mayImport, packages) => [
  {
    name: `${name}-arrows`,
    severity: "error",
    comment: `${name}/ may import only: ${[name, ...mayImport].join(", ")}`,
    from: { path: `^${name}/` },
    to: { path: "^(math|contract|db|workers|server|app|tests)/", pathNot: `^(${[name, ...mayImport].join("|")})/` },
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
  detection: ["linear", "collapse"],
  optimum: ["linear", "frames", "collapse"],
  statistics: [],
  steps: [],
};

/** Likewise. */
const workersFolders = {
  ".": ["agent"],
  files: [],
  spool: ["files"],
  trace: [],
  pack: ["trace"],
  engine: ["trace", "pack"],
  models: [],
  data: [],
  training: ["engine", "models", "data"],
  measure: ["engine", "models", "data"],
  evaluate: ["engine", "models", "data", "training", "measure"],
  checkpoints: ["files", "spool", "models"],
  run: ["files", "spool", "engine", "models", "data", "training", "measure", "evaluate", "checkpoints"],
  agent: ["files", "spool", "engine", "data", "checkpoints", "run"],
};

/** Likewise. */
const dataFolders = {
  ".": [],
  formats: [],
  prepare: ["formats"],
  sources: ["formats"],
  resolve: ["formats", "prepare", "sources"],
  own: ["formats", "prepare", "sources", "resolve"],
};

/** Likewise. */
const traceFolders = {
  ".": ["graph", "kernels", "passes", "onnx"],
  graph: [],
  kernels: ["graph"],
  passes: ["graph"],
  onnx: ["graph"],
};

/** Likewise. */
const agentFolders = {
  ".": ["machine", "wire", "attempts"],
  machine: [],
  wire: [],
  attempts: ["machine", "wire"],
};

/** Likewise. */
const contractFolders = {
  ".": [],
  metrics: [],
  data: [],
  config: ["data"],
  external: ["data", "config"],
  wire: ["metrics", "data", "config", "external"],
  theory: ["metrics", "data", "config", "wire", "external"],
  facts: ["data", "config"],
  launch: ["metrics", "data", "config", "wire"],
  pack: ["data", "config", "wire", "launch"],
  api: ["metrics", "data", "config", "external", "wire"],
  presets: ["data", "config"],
  slurm: [],
};

/** Likewise. Of the top, which puts all of it together, no folder knows anything. */
const serverFolders = {
  install: [],
  log: [],
  // Of a server it knows no more than any program that asks it.
  cli: ["install", "log", "program", "backup"],
  access: ["log"],
  program: ["access"],
  failures: ["log"],
  artefacts: ["log", "program"],
  cluster: ["log"],
  "imports/formats": [],
  "imports/features": ["imports/formats"],
  "imports/watch": ["imports/formats", "imports/features", "log"],
  metrics: ["log"],
  context: ["access", "artefacts", "cluster"],
  members: ["access", "log"],
  "services/workers": ["access", "context", "failures"],
  "services/reading": ["access", "context", "failures"],
  "services/people": ["access", "context", "failures"],
  "services/shares": ["access", "context", "failures"],
  "services/files": ["access", "context", "failures", "log"],
  "services/requests": ["access", "context"],
  "services/upkeep": ["context", "services/files", "services/requests"],
  "services/attempts": ["context"],
  "services/times": ["context", "services/workers"],
  "services/series": ["access", "context", "failures", "services/reading"],
  "services/notifications": ["access", "context", "failures"],
  "services/summaries": ["context", "log", "services/notifications", "services/series"],
  "services/runs": ["access", "context", "failures", "services/files", "services/reading", "services/summaries"],
  "services/events": ["context", "failures", "log", "metrics", "services/attempts", "services/files", "services/runs"],
  "services/external": ["access", "context", "failures", "metrics", "services/runs"],
  "services/exports": ["access", "context", "failures", "services/reading", "services/runs"],
  "services/experiments": [
    ...["access", "context", "failures"],
    ...["services/reading", "services/runs", "services/summaries", "services/times", "services/workers"],
  ],
  "services/archives": [
    ...["access", "context", "failures", "services/experiments", "services/files"],
    ...["services/reading", "services/runs", "services/summaries"],
  ],
  "services/features": [
    ...["access", "context", "failures", "log"],
    ...["imports/formats", "imports/features", "imports/watch", "services/external"],
  ],
  "services/imports": [
    ...["access", "context", "failures", "imports/formats", "imports/features"],
    ...["services/archives", "services/experiments", "services/external", "services/features", "services/summaries"],
  ],
  supplement: ["log", "program"],
  "services/supplements": ["access", "context", "program", "services/experiments", "services/reading", "services/series"],
  previews: ["access", "context", "failures", "log", "services/experiments", "services/reading", "supplement"],
  recordings: ["context", "failures", "program", "services/experiments", "services/summaries"],
  supervisor: [
    "cluster",
    "context",
    "failures",
    "log",
    "metrics",
    "services/attempts",
    "services/runs",
    "services/summaries",
    "services/upkeep",
    "services/times",
  ],
  http: [
    ...["access", "context", "failures", "members", "metrics", "previews", "program"],
    ...["services/events", "services/exports", "services/files", "services/people", "services/runs"],
  ],
  routers: [
    ...["access", "context", "failures", "http", "recordings"],
    ...["experiments", "launchers", "notifications", "people", "runs", "series", "shares", "upkeep", "workers"].map(
      (entity) => `services/${entity}`,
    ),
  ],
  api: [
    ...["access", "context", "failures", "http", "supplement"],
    ...[
      "archives",
      "experiments",
      "external",
      "features",
      "imports",
      "notifications",
      "requests",
      "runs",
      "series",
      "shares",
      "supplements",
      "workers",
    ].map((entity) => `services/${entity}`),
  ],
  sockets: ["access", "cluster", "context", "failures", "log", "services/events", "services/reading", "supervisor"],
  pages: ["http", "log", "program"],
  worker: ["access", "log", "program"],
  launchers: ["access", "context", "failures", "log", "program", "supervisor"],
  "services/launchers": ["context", "failures", "launchers"],
  backup: ["failures", "program"],
};

/** Likewise; the files at the top are the pages' frame and links.ts. */
const appFolders = {
  ".": ["data", "experiments", "shell", "theme", "ui"],
  text: [],
  address: [],
  ui: ["text"],
  theme: ["ui"],
  numbers: ["text", "ui"],
  data: ["text"],
  account: ["data"],
  live: ["data", "text", "ui"],
  charts: ["text", "ui"],
  import: ["account", "data", "text", "ui"],
  studyFile: ["ui"],
  preview: ["charts", "result", "text"],
  supplement: ["charts", "live", "result", "text", "ui"],
  shell: ["account", "data", "live", "text", "theme", "ui"],
  notifications: ["data", "live", "numbers", "text", "ui"],
  access: ["account", "data", "live", "notifications", "text", "ui"],
  people: ["account", "data", "live", "text", "ui"],
  api: ["live", "ui"],
  workers: ["account", "address", "data", "live", "numbers", "shell", "text", "ui"],
  definitions: ["ui"],
  theory: ["address", "charts", "numbers", "shell", "text", "ui"],
  experiments: ["account", "address", "data", "live", "shell", "text", "ui"],
  result: ["account", "address", "charts", "data", "live", "notifications", "numbers", "shell", "studyFile", "text", "ui"],
  new: ["account", "address", "charts", "data", "live", "numbers", "result", "studyFile", "text", "ui"],
  r: ["account", "address", "charts", "data", "live", "result", "shell", "text", "ui"],
  e: ["result"],
  embed: ["charts", "data", "live", "result", "s", "ui"],
  s: ["data", "definitions", "live", "r", "result", "ui"],
};

const sections = [
  "header",
  "study",
  "training",
  "geometry",
  "imbalance",
  "rank",
  "tasks",
  "speed",
  "afterTraining",
  "certificate",
  "table",
];
const resultFolders = {
  ".": ["model", "view", "parts", "reading", "external", ...sections],
  model: [],
  reading: ["model"],
  view: ["model"],
  parts: ["model"],
  ...Object.fromEntries(sections.map((section) => [section, ["model", "view", "parts"]])),
  // Its maps are those of the geometry.
  imbalance: ["model", "view", "parts", "geometry"],
  // A page of its own, of the same parts.
  external: ["model", "view", "parts", "reading", "header", "study", "geometry", "table"],
};
const resultModelFolders = {
  grid: [],
  metrics: [],
  runs: ["grid", "metrics"],
  study: ["grid", "metrics", "runs"],
  speed: ["grid", "metrics", "runs", "study"],
  imbalance: ["grid", "metrics", "runs", "study"],
  tasks: ["grid", "metrics", "study"],
  certificate: ["study"],
  rank: ["grid", "metrics", "runs"],
  geometry: ["metrics", "runs", "imbalance"],
};

/** Where a chart's things lie, how they are drawn, and what can be done with it; the chart itself joins them at the top. */
const chartFolders = {
  ".": ["axes", "layout", "marks", "pointer"],
  axes: [],
  layout: ["axes"],
  marks: ["axes", "layout"],
  pointer: ["axes", "layout"],
  export: ["axes", "layout", "marks"],
  panel: ["axes", "layout", "marks", "export"],
};
/** The parts of the form for a new experiment, around its draft. */
const newFolders = {
  ".": [
    "draft",
    "inputs",
    "datasets",
    "architectures",
    "regularizers",
    "losses",
    "training",
    "afterTraining",
    "presets",
    "launch",
  ],
  draft: [],
  inputs: [],
  datasets: ["draft", "inputs"],
  architectures: ["draft", "inputs"],
  regularizers: ["draft", "inputs"],
  losses: ["draft", "inputs"],
  training: ["draft", "inputs"],
  afterTraining: ["draft", "inputs", "datasets"],
  presets: [],
  launch: ["metrics", "draft"],
};

module.exports = {
  forbidden: [
    ...layer("math", [], []),
    ...folders("math", mathFolders),
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
    ...folders("workers", workersFolders),
    ...folders("workers/data", dataFolders),
    ...folders("workers/trace", traceFolders),
    ...folders("workers/agent", agentFolders),
    ...layer(
      "server",
      ["math", "contract", "db"],
      [
        "@trpc",
        "commander",
        "@commander-js/extra-typings",
        "cli-progress",
        "@types/cli-progress",
        "socket.io",
        "@socket.io",
        "redis",
        "prom-client",
        "next",
        "pg-boss",
        "downsample",
        "better-auth",
        "pino",
        "sharp",
        "esbuild",
        "tailwindcss",
        "yazl",
        "yauzl",
        "@types/yazl",
        "@types/yauzl",
        "@aws-sdk",
        "@kubernetes",
        "yaml",
        "zod",
        "hyparquet-writer",
        "csv-parse",
        "pickleparser",
        "protobufjs",
      ],
    ),
    ...folders("server", serverFolders),
    {
      name: "server-top",
      severity: "error",
      comment: "the folders of server/ know nothing of the files that put them together",
      from: { path: "^server/[^/]+/" },
      to: { path: "^server/[^/]+$" },
    },
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
        "yaml",
      ],
    ),
    ...folders("app", appFolders),
    ...folders("app/charts", chartFolders),
    ...folders("app/new", newFolders),
    ...folders("app/result", resultFolders),
    ...folders("app/result/model", resultModelFolders),
    {
      name: "result-model-knows-no-page",
      severity: "error",
      comment: "what the result page draws is computed by plain functions, without React",
      from: { path: "^app/result/model/" },
      to: { path: "(^app/|node_modules/(react|react-dom|next)/)", pathNot: "^app/(result/model|charts|live|text)/.*\\.ts$" },
    },
    {
      name: "run-page-knows-no-section",
      severity: "error",
      comment: "the run's page shares the model and the parts of the result page, and its picture of the geometry",
      from: { path: "^app/r/" },
      to: { path: "^app/result/", pathNot: "^app/result/((external/)?(model|parts)|geometry)/" },
    },
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
      name: "parts-do-not-know-the-whole",
      severity: "error",
      comment: "a folder within workers/agent/ or workers/trace/ imports nothing that lies at the top of it",
      from: { path: "^workers/(agent|trace)/[^/]+/" },
      to: { path: "^workers/$1/[^/]+$" },
    },
    {
      name: "engine-is-not-how-it-is-built",
      severity: "error",
      comment: "workers/engine/native/ builds a library for the engine, which does not know it",
      from: { path: "^workers/engine/[^/]+$" },
      to: { path: "^workers/engine/native/" },
    },
    {
      name: "kubernetes-client-on-demand",
      severity: "error",
      comment: "the client takes a second and 100 MB: only a server that orders workers from Kubernetes loads it",
      from: { path: "^server/" },
      to: { path: "node_modules/@kubernetes/", dynamic: false, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "schemas-in-the-contract",
      severity: "error",
      comment: "only the API turns schemas into a document; what a schema says is in contract/",
      from: { path: "^server/", pathNot: "^server/api/" },
      to: { path: "node_modules/zod/" },
    },
    {
      name: "routers-touch-no-sql",
      severity: "error",
      from: { path: "^server/(routers|api)/" },
      to: { path: "^db/" },
    },
    {
      name: "services-know-no-transport",
      severity: "error",
      from: { path: "^server/services/" },
      to: { path: "(^server/(routers|api|sockets)/|node_modules/(@trpc|socket\\.io))" },
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
    includeOnly: "^(math|contract|db|workers|server|app|node_modules)",
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: [".ts", ".tsx", ".mts", ".mjs", ".js", ".json"] },
  },
};
