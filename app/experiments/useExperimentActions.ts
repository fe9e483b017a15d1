"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import type { ExperimentSummary } from "../../contract/wire/views.ts";
import { failureOf } from "../data/failureOf.ts";
import { useTRPC, useTRPCClient } from "../data/trpcClient.ts";
import { countOf } from "../text/formatNumber.ts";
import { useToast } from "../ui/Toast.tsx";

interface ListPage {
  rows: ExperimentSummary[];
  total: number;
  tags: string[];
}

/** Actions on one or many experiments: shown at once, then done, then read again; failures are reported. */
export function useExperimentActions() {
  const client = useTRPCClient();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const toast = useToast();

  return useMemo(() => {
    const lists = trpc.experiments.list.pathFilter();
    const refresh = () => queries.invalidateQueries(trpc.experiments.pathFilter());

    const hide = (ids: ReadonlySet<string>) =>
      queries.setQueriesData<ListPage>(lists, (page) => {
        if (page === undefined) return page;
        const rows = page.rows.filter((row) => !ids.has(row.id));
        return { ...page, rows, total: page.total - (page.rows.length - rows.length) };
      });

    /** Does `act` for each; the message says how many worked and why the first of the others did not. */
    const each = async (rows: ExperimentSummary[], act: (id: string) => Promise<unknown>, done: string, undo?: () => void) => {
      const results = await Promise.allSettled(rows.map((row) => act(row.id)));
      const failed = results.find((result) => result.status === "rejected");
      const worked = results.filter((result) => result.status === "fulfilled").length;
      if (worked > 0) {
        const [only] = rows;
        const what = rows.length === 1 && only ? `“${only.name}”` : countOf(worked, "experiment");
        toast({ text: `${what} ${done}`, action: undo && { label: "Undo", onSelect: undo } });
      }
      if (failed?.status === "rejected") toast({ text: failureOf(failed.reason).message, tone: "bad" });
      await refresh();
    };

    const setArchived = async (rows: ExperimentSummary[], archived: boolean, undoable = true): Promise<void> => {
      await queries.cancelQueries(lists);
      hide(new Set(rows.map((row) => row.id)));
      await each(
        rows,
        (id) => client.experiments.update.mutate({ id, archived }),
        archived ? "archived" : "back in the list",
        undoable ? () => void setArchived(rows, !archived, false) : undefined,
      );
    };

    const restore = (rows: ExperimentSummary[]) => each(rows, (id) => client.experiments.restore.mutate({ id }), "restored");

    return {
      restore,
      setArchived,
      cancel: (rows: ExperimentSummary[]) => each(rows, (id) => client.experiments.cancel.mutate({ id }), "cancelled"),
      pause: (rows: ExperimentSummary[]) => each(rows, (id) => client.experiments.pause.mutate({ id }), "paused"),
      resume: (rows: ExperimentSummary[]) => each(rows, (id) => client.experiments.resume.mutate({ id }), "queued to resume"),
      remove: async (rows: ExperimentSummary[]) => {
        await queries.cancelQueries(lists);
        hide(new Set(rows.map((row) => row.id)));
        await each(
          rows,
          (id) => client.experiments.remove.mutate({ id }),
          "deleted",
          () => void restore(rows),
        );
      },
      refresh,
      /** Puts a row that came over the live channel into the lists that show it. */
      show: (summary: ExperimentSummary) =>
        queries.setQueriesData<ListPage>(lists, (page) =>
          page?.rows.some((row) => row.id === summary.id)
            ? { ...page, rows: page.rows.map((row) => (row.id === summary.id ? summary : row)) }
            : page,
        ),
    };
  }, [client, trpc, queries, toast]);
}
