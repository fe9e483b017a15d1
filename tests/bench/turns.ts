/** How long it takes to give out a run with 100,000 queued by 3 people: node tests/bench/turns.ts [embedded|external] */
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { launchInput } from "../../contract/config/experimentConfig.ts";
import { noCounts } from "../../contract/status.ts";
import { openDatabase } from "../../db/openDatabase.ts";
import { insertExperiment } from "../../db/queries/experiments.ts";
import { insertRuns } from "../../db/queries/runs.ts";
import { countAhead, listDueQueues, listWaitingLaunchers, moveDeliveries, readStandings } from "../../db/queries/turns.ts";
import { makeRuns } from "../../server/services/experiments/makeRuns.ts";
import { RunQueue } from "../../server/supervisor/runQueue.ts";
import { claimRun } from "../support/builders/claimRun.ts";
import { grid } from "../support/builders/studies.ts";
import { startPostgres } from "../support/processes/postgres.ts";
import { quantileText } from "./quantileText.ts";

const kinds = ["embedded", "external"].filter((kind) => !process.argv[2] || process.argv[2] === kind);
/** What a take consists of; drawn with `--plans` behind the kind. */
const plans: [string, string][] = [
  [
    "a queue's next",
    `select id from queue.job j where j.name = 'runs' and j.state < 'active' and not j.blocked and j.start_after <= queue.job_now()
      order by j.priority desc, j.created_on limit 1 for update of j skip locked`,
  ],
  [
    "which queues have something",
    `select queue, (select true from queue.job where name = turns.queue and state < 'active' and not blocked
      and start_after <= queue.job_now() order by priority desc, created_on limit 1) is not null from turns`,
  ],
  [
    "under way",
    `select launched_by_id, count(*) from runs join experiments on experiments.id = runs.experiment_id
      where runs.lease is not null group by launched_by_id`,
  ],
  [
    "delivered",
    `select job.name, count(*) from queue.job join runs on runs.id = (job.data->>'runId')::uuid
      where job.name in (select queue from turns) and job.state = 'active' and job.started_on > clock_timestamp() - interval '10 seconds'
        and runs.status = 'queued' group by job.name`,
  ],
];
const range = (count: number, from = 0) => Array.from({ length: count }, (_, at) => from + at);

for (const kind of kinds) {
  const postgres = kind === "external" ? await startPostgres() : null;
  const dataDir = mkdtempSync(join(tmpdir(), "collapsar-bench-"));
  const database = await openDatabase({ dataDir, url: postgres?.url ?? null }, console.error);
  const queue = new RunQueue(database);
  await queue.start();
  const { config } = launchInput.parse({ name: "turns", config: grid({ depths: range(40, 2), seeds: range(50) }) });
  const people = [null, randomUUID(), randomUUID()];
  const studies: string[] = [];
  for (let at = 0; at < 50; at++) {
    const launchedById = people[at % 3] ?? null;
    await queue.open(launchedById);
    const id = randomUUID();
    studies.push(id);
    await database.transaction(async (tx) => {
      const counts = { ...noCounts, queued: 2_000 };
      await insertExperiment(tx, { id, name: "turns", note: "", tags: [], config, counts, launchedById });
      const runs = makeRuns(id, config);
      await insertRuns(tx, runs);
      await queue.add(tx, runs, 0);
    });
  }
  // The third has a small study of low priority behind all of theirs: nothing is looked through to find it.
  await moveDeliveries(database.orm, studies[2]!, -10_000_000);
  const claims: number[] = [];
  await time(`${kind}: take and settle 1 of 100,000`, 200, () => giveOut(1));
  await time(`${kind}: take and settle 16 of 100,000`, 50, () => giveOut(16));
  console.log(`${kind}: claim one of them: ${quantileText(claims)}`);
  await time(`${kind}: which queues have something`, 50, () => listDueQueues(database.orm));
  await time(`${kind}: how many runs each has under way (1,000 in all)`, 50, () => readStandings(database.orm));
  await time(`${kind}: change the priority of 2,000 queued runs`, 5, (at) =>
    database.transaction((tx) => queue.move(tx, studies[5]!, at % 2 === 0 ? "high" : "low")),
  );
  await time(`${kind}: who waits`, 20, () => listWaitingLaunchers(database.orm));
  await time(`${kind}: how many go before a study`, 20, async () => void (await countAhead(database.orm, studies[20]!)));
  if (process.argv.includes("--plans"))
    for (const [what, statement] of plans) {
      const { rows } = await database.orm.execute<{ "QUERY PLAN": string }>(
        sql`explain (analyze, costs off) ${sql.raw(statement)}`,
      );
      console.log(`${kind}: ${what}\n${rows.map((row) => `  ${row["QUERY PLAN"]}`).join("\n")}`);
    }
  await queue.stop();
  await database.close();
  await postgres?.stop();
  rmSync(dataDir, { recursive: true, force: true });

  /** @returns the time its claims took, ms */
  async function giveOut(count: number): Promise<number> {
    const taken = await queue.take(count);
    if (taken.length !== count) throw new Error(`${taken.length} of ${count} came`);
    const from = performance.now();
    for (const { runId } of taken) {
      const claimed = performance.now();
      await claimRun(database.orm, runId, { id: randomUUID(), name: "bench" }, randomUUID(), 3_600_000);
      claims.push(performance.now() - claimed);
    }
    const took = performance.now() - from;
    await queue.done(taken);
    return took;
  }
}

/** @param work may give a time that does not count, ms */
async function time(what: string, times: number, work: (at: number) => Promise<unknown>): Promise<void> {
  const took: number[] = [];
  for (let at = 0; at < times; at++) {
    const from = performance.now();
    const apart = await work(at);
    took.push(performance.now() - from - (typeof apart === "number" ? apart : 0));
  }
  console.log(`${what}: ${quantileText(took)}`);
}
