import type { ExternalValue } from "../../../contract/external/externalConfig.ts";
import type { SumsEvent } from "../../../contract/external/externalRequests.ts";
import type { Person } from "../../access/person.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";
import { openExternalRun } from "../external/openExternalRun.ts";
import { storeExternalEvents } from "../external/storeExternalEvents.ts";

/** A run whose features were measured here. */
export interface ReportedRun {
  /** Id or name of its study. */
  study: string;
  /** The same for the same run. */
  runKey: string;
  values: Record<string, ExternalValue>;
  classNames: string[] | null;
}

export interface Report {
  event: SumsEvent;
  warnings: string[];
}

/**
 * Stores measurements as a client that reports them would: numbered, each once. What an earlier try has stored is passed over.
 * @param ends whether they are all that the run will have
 * @returns the study, and how many of the run's events were there already
 * @throws Failure as the services for external runs do
 */
export async function reportMeasurements(
  context: ServiceContext,
  person: Person,
  { study, runKey, values, classNames }: ReportedRun,
  reports: AsyncIterable<Report>,
  ends: boolean,
): Promise<{ experimentId: string; runId: string; wasThere: boolean }> {
  const opened = await openExternalRun(context, person, {
    ...{ study, runKey, config: values, source: "features" },
    client: { name: "files of features", version: context.version },
    ...(classNames && { classNames }),
  });
  const { experimentId, runId, attempt, storedThrough } = opened;
  let seq = 0;
  const store = async (events: Parameters<typeof storeExternalEvents>[3]["events"][number]["event"][]) => {
    const numbered = events.map((event) => ({ seq: ++seq, at: Date.now(), event })).filter((one) => one.seq > storedThrough);
    if (numbered.length > 0) await storeExternalEvents(context, person, runId, { attempt, events: numbered });
  };
  for await (const { event, warnings } of reports)
    await store([
      event,
      ...warnings.map((text) => ({ kind: "log" as const, level: "warning" as const, text: text.slice(0, 4_000) })),
    ]);
  if (ends) await store([{ kind: "finished" }]);
  return { experimentId, runId, wasThere: storedThrough >= seq };
}
