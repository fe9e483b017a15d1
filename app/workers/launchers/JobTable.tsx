import type { LaunchedJobView } from "../../../contract/launcher.ts";
import { Badge } from "../../ui/Badge.tsx";
import { Rows, Table, Td, Th } from "../../ui/Table.tsx";
import { TimeAgo } from "../../ui/TimeAgo.tsx";
import { jobNote, jobState } from "./jobText.ts";

/** Jobs of a cluster, with the worker in each. */
export function JobTable({ jobs, now }: { jobs: LaunchedJobView[]; now: number }) {
  return (
    <Table>
      <thead>
        <tr>
          <Th>Job</Th>
          <Th>State</Th>
          <Th className="max-sm:hidden">Since</Th>
          <Th className="max-sm:hidden">Node</Th>
          <Th>Worker</Th>
          <Th className="w-full" />
        </tr>
      </thead>
      <Rows>
        {jobs.map((job) => {
          const { text, tone } = jobState(job);
          return (
            <tr key={job.id} data-testid="job">
              <Td className="whitespace-nowrap font-mono text-xs">{job.id}</Td>
              <Td>
                <Badge tone={tone}>{text}</Badge>
              </Td>
              <Td className="whitespace-nowrap text-ink-soft text-xs max-sm:hidden">
                <TimeAgo at={job.since} now={now} />
              </Td>
              <Td className="whitespace-nowrap text-ink-soft text-xs max-sm:hidden">{job.node ?? "–"}</Td>
              <Td className="whitespace-nowrap text-xs">
                {job.worker === null || job.state === "ended" ? (
                  <span className="text-ink-faint">{job.worker?.name ?? "–"}</span>
                ) : (
                  <a href={`#${workerAnchor(job.worker.id)}`} className="hover:underline">
                    {job.worker.name}
                  </a>
                )}
              </Td>
              <Td className="text-ink-faint text-xs">
                <span className="line-clamp-2">{jobNote(job, now)}</span>
              </Td>
            </tr>
          );
        })}
      </Rows>
    </Table>
  );
}

/** Where a worker's card is on the page. */
export const workerAnchor = (id: string): string => `worker-${id}`;
