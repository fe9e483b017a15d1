"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { createHookRequest, type MetricBound } from "../../contract/wire/notifications.ts";
import { failureOf } from "../data/failureOf.ts";
import { useTRPC } from "../data/trpcClient.ts";
import { NumberInput } from "../numbers/NumberInput.tsx";
import { Checkbox, Field, Select, TextInput } from "../ui/Field.tsx";
import { MakeForm } from "../ui/MakeDialog.tsx";
import { SecretLine } from "../ui/SecretLine.tsx";
import { HookList } from "./HookList.tsx";
import { InThisBrowser } from "./InThisBrowser.tsx";

interface NotifyFormProps {
  /** null: every experiment of the server; then there is no browser to tell. */
  experimentId: string | null;
  metrics: readonly string[];
  onClose: () => void;
}

const passings = [
  { value: "below", label: "falls below" },
  { value: "above", label: "rises above" },
] as const;

/** The occasions, then who is told of them. */
export function NotifyForm({ experimentId, metrics, onClose }: NotifyFormProps) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [onEnd, setOnEnd] = useState(true);
  const [onFailure, setOnFailure] = useState(true);
  const [hasBound, setHasBound] = useState(false);
  const [bound, setBound] = useState<MetricBound>({ key: "train/nc1.pinv", passes: "below", value: 0.01 });
  const [url, setUrl] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const make = useMutation(
    trpc.notifications.create.mutationOptions({
      onSuccess: () => {
        setUrl("");
        return queries.invalidateQueries(trpc.notifications.list.pathFilter());
      },
      onError: (error) => setProblem(failureOf(error).message),
    }),
  );
  const wanted = { onEnd, onFailure, bound: hasBound ? bound : null };
  return (
    <MakeForm
      action="Add the webhook"
      actionTestId="add-hook"
      busy={make.isPending}
      onMake={() => {
        const input = createHookRequest.safeParse({ experimentId, url, ...wanted });
        setProblem(input.success ? null : (input.error.issues[0]?.message ?? "give another address"));
        if (input.success) make.mutate(input.data);
      }}
      onClose={onClose}
      made={
        make.data && (
          <SecretLine text={make.data.secret} label="Copy the secret" testId="hook-secret">
            With this secret the webhook’s program checks the signature: the HMAC-SHA256 of time stamp, a dot and the body. It is
            shown only once.
          </SecretLine>
        )
      }
      list={<HookList experimentId={experimentId} />}
    >
      <fieldset className="flex flex-col gap-1">
        <legend className="mb-1 font-medium text-ink-soft text-xs">When</legend>
        <Checkbox label="the study ends" checked={onEnd} onChange={(event) => setOnEnd(event.target.checked)} />
        <Checkbox label="a run fails for good" checked={onFailure} onChange={(event) => setOnFailure(event.target.checked)} />
        <Checkbox
          label="a metric passes a bound"
          checked={hasBound}
          data-testid="notify-bound"
          onChange={(event) => setHasBound(event.target.checked)}
        />
        {hasBound && <BoundFields bound={bound} metrics={metrics} onChange={setBound} />}
      </fieldset>
      {experimentId !== null && <InThisBrowser experimentId={experimentId} wanted={wanted} />}
      <Field
        label="Address of a webhook"
        hint="It gets a signed POST with JSON, which Slack and Mattermost accept too. Private addresses only if the operator allows them."
        error={problem}
      >
        {(control) => (
          <TextInput
            {...control}
            inputMode="url"
            value={url}
            placeholder="https://hooks.example.org/collapsar"
            data-testid="hook-url"
            onChange={(event) => {
              setUrl(event.target.value);
              setProblem(null);
            }}
          />
        )}
      </Field>
    </MakeForm>
  );
}

function BoundFields({
  bound,
  metrics,
  onChange,
}: {
  bound: MetricBound;
  metrics: readonly string[];
  onChange: (bound: MetricBound) => void;
}) {
  return (
    <div className="mt-1 grid grid-cols-2 gap-2 sm:grid-cols-[1fr_8rem_7rem]">
      <Select
        aria-label="Metric"
        className="max-sm:col-span-2"
        options={metrics.map((key) => ({ value: key, label: key }))}
        value={bound.key}
        onChange={(key) => onChange({ ...bound, key })}
      />
      <Select
        aria-label="Direction"
        options={passings}
        value={bound.passes}
        onChange={(passes) => onChange({ ...bound, passes })}
      />
      <NumberInput aria-label="Bound" value={bound.value} onChange={(value) => onChange({ ...bound, value })} />
      <p className="col-span-full text-ink-faint text-xs">
        Of a layer’s metric, the last layer counts; each run is told of once.
      </p>
    </div>
  );
}
