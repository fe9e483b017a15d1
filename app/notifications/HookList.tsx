"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { boundText, type HookView } from "../../contract/wire/notifications.ts";
import { failureOf } from "../data/failureOf.ts";
import { useTRPC } from "../data/trpcClient.ts";
import { Problem } from "../live/Problem.tsx";
import { formatFull } from "../text/formatTime.ts";
import { Badge } from "../ui/Badge.tsx";
import { Button } from "../ui/Button.tsx";
import { classes } from "../ui/classes.ts";
import { useToast } from "../ui/Toast.tsx";

/** Webhooks that there are, each with a test and a way to remove it. @param experimentId null: of every experiment */
export function HookList({ experimentId, withNames = false }: { experimentId: string | null; withNames?: boolean }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const toast = useToast();
  const list = useQuery(trpc.notifications.list.queryOptions({ experimentId }));
  const refresh = () => queries.invalidateQueries(trpc.notifications.list.pathFilter());
  const onError = (error: unknown) => toast({ text: failureOf(error).message, tone: "bad" });
  const test = useMutation(
    trpc.notifications.test.mutationOptions({
      onSuccess: ({ problem }) =>
        toast(problem === null ? { text: "Test delivered" } : { text: `Test not delivered: ${problem}`, tone: "bad" }),
      onSettled: refresh,
      onError,
    }),
  );
  const remove = useMutation(
    trpc.notifications.remove.mutationOptions({
      onSuccess: () => toast({ text: "Webhook removed" }),
      onSettled: refresh,
      onError,
    }),
  );
  if (list.error) return <Problem error={list.error} onRetry={() => void list.refetch()} />;
  if (!list.data || list.data.length === 0) return null;
  return (
    <ul className={classes("divide-y divide-line", !withNames && "border-line border-t")} aria-label="Webhooks">
      {list.data.map((hook) => (
        <li key={hook.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 py-2 text-sm" data-testid="hook">
          <div className="min-w-0 flex-1 basis-56 space-y-0.5">
            <p className="truncate font-medium" title={hook.url}>
              {hook.url}
            </p>
            <p className="text-ink-soft text-xs">
              {withNames && `${hook.experimentName ?? "every experiment"}: `}
              {occasionsText(hook)}
            </p>
            <p className="text-ink-faint text-xs">{lastText(hook)}</p>
          </div>
          {hook.last?.sent === false && <Badge tone="bad">not delivered</Badge>}
          <span className="flex gap-1">
            <Button small disabled={test.isPending} onClick={() => test.mutate({ id: hook.id })}>
              Test
            </Button>
            <Button small look="danger" disabled={remove.isPending} onClick={() => remove.mutate({ id: hook.id })}>
              Remove
            </Button>
          </span>
        </li>
      ))}
    </ul>
  );
}

export function occasionsText({ onEnd, onFailure, bound }: Pick<HookView, "onEnd" | "onFailure" | "bound">): string {
  return [...(onEnd ? ["end"] : []), ...(onFailure ? ["failed runs"] : []), ...(bound ? [boundText(bound)] : [])].join(", ");
}

function lastText({ last, waiting }: HookView): string {
  const queued = waiting > 0 ? `; ${waiting} waiting` : "";
  if (last === null) return `nothing sent yet${queued}`;
  return `${last.sent ? "last sent" : "last tried"} ${formatFull(last.at)}${last.problem === null ? "" : `: ${last.problem}`}${queued}`;
}
