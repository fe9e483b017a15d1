"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { MeView } from "../../contract/wire/views.ts";
import { useTRPC } from "../data/trpcClient.ts";
import { HookList } from "../notifications/HookList.tsx";
import { NotifyForm } from "../notifications/NotifyForm.tsx";
import { Button } from "../ui/Button.tsx";
import { MakeDialog } from "../ui/MakeDialog.tsx";
import { Panel } from "../ui/Panel.tsx";

const metrics = [
  "test/accuracy",
  "train/accuracy",
  "train/loss",
  "train/nc1.pinv",
  "train/nc1.ratio",
  "train/nc2.frame",
  "train/nc3.duality",
];

/** Webhooks: one's own; everybody's for those who manage the server. */
export function Webhooks({ me }: { me: MeView }) {
  const trpc = useTRPC();
  const [making, setMaking] = useState(false);
  const list = useQuery(trpc.notifications.list.queryOptions({ experimentId: null }));
  const mayMake = me.rights.includes("manage");
  return (
    <Panel
      title="Webhooks"
      hint="addresses notified when something happens"
      testId="webhooks"
      actions={
        mayMake && (
          <Button small icon="plus" onClick={() => setMaking(true)} data-testid="make-hook">
            Add for every experiment
          </Button>
        )
      }
    >
      {list.data?.length === 0 && (
        <p className="text-ink-faint text-sm">
          No webhooks yet. An experiment’s menu has “Notify me…” for that experiment alone.
        </p>
      )}
      <HookList experimentId={null} withNames />
      <MakeDialog
        open={making}
        onClose={() => setMaking(false)}
        title="Notifications for every experiment"
        testId="notify-dialog"
      >
        <NotifyForm experimentId={null} metrics={metrics} onClose={() => setMaking(false)} />
      </MakeDialog>
    </Panel>
  );
}
