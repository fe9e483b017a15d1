import type pg from "pg";

export interface Statement {
  text: string;
  values: unknown[];
}

interface PlanNode {
  "Node Type": string;
  "Relation Name"?: string;
  "Index Name"?: string;
  "Index Cond"?: string;
  "Actual Total Time"?: number;
  Plans?: PlanNode[];
}

export interface Plan {
  /** ms, where the statement was run. */
  totalMs: number;
  buffers: number;
  /** "relation by index", with " whole" where the index is read from end to end; "relation in sequence" without one. */
  scans: string[];
}

/** Records the reading statements of a pool's connections, as they are sent, until it is stopped. */
export function recordStatements(pool: pg.Pool): () => Statement[] {
  const heard: Statement[] = [];
  const before = pool.connect.bind(pool) as () => Promise<pg.PoolClient>;
  const own = pool.connect;
  const spied = new WeakSet<pg.PoolClient>();
  let isHearing = true;
  pool.connect = (async () => {
    const client = await before();
    if (!spied.has(client)) {
      spied.add(client);
      const query = client.query.bind(client) as (...all: unknown[]) => unknown;
      client.query = ((...all: unknown[]) => {
        const [config, given] = all as [string | { text: string }, unknown[] | undefined];
        const text = typeof config === "string" ? config : config.text;
        const values = (given ?? (config as { values?: unknown[] }).values ?? []) as unknown[];
        if (isHearing && /^\s*(select|with)\b/i.test(text)) heard.push({ text, values });
        return query(...all);
      }) as typeof client.query;
    }
    return client;
  }) as typeof pool.connect;
  return () => {
    isHearing = false;
    pool.connect = own;
    return heard;
  };
}

/** How Postgres answers a statement. @param options e.g. "analyze, buffers": then it is run */
export async function planOf(client: pg.ClientBase, { text, values }: Statement, options = "costs off"): Promise<Plan> {
  const { rows } = await client.query<{ "QUERY PLAN": { Plan: PlanNode }[] }>(
    `explain (${options}, format json) ${text}`,
    values,
  );
  const root = rows[0]!["QUERY PLAN"][0]!.Plan as PlanNode & Record<string, number>;
  const scans = new Set<string>();
  collect(root, null, scans);
  return {
    totalMs: root["Actual Total Time"] ?? 0,
    buffers: (root["Shared Hit Blocks"] ?? 0) + (root["Shared Read Blocks"] ?? 0),
    scans: [...scans].sort(),
  };
}

function collect(node: PlanNode, relation: string | null, scans: Set<string>): void {
  const name = node["Relation Name"] ?? relation;
  if (node["Node Type"] === "Seq Scan") scans.add(`${name} in sequence`);
  else if (node["Index Name"]) scans.add(`${name} by ${node["Index Name"]}${node["Index Cond"] ? "" : " whole"}`);
  for (const child of node.Plans ?? []) collect(child, name, scans);
}
