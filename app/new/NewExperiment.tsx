"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type ReactNode, useMemo, useState } from "react";
import { launchInput } from "../../contract/experimentConfig.ts";
import { limits } from "../../contract/limits.ts";
import {
  type Architecture,
  architectureLabel,
  architectures,
  depth,
  deviceChoices,
  type Normalization,
  seed,
  width,
} from "../../contract/runConfig.ts";
import { measuringConfig } from "../../contract/trainingConfig.ts";
import { shadedColor } from "../charts/lineStyle.ts";
import { failureOf } from "../data/failureOf.ts";
import { useTRPC, useTRPCClient } from "../data/trpcClient.ts";
import { Button } from "../ui/Button.tsx";
import { Checkbox, Field, inputClass, Select, TextInput } from "../ui/Field.tsx";
import { Panel } from "../ui/Panel.tsx";
import { Problem } from "../ui/Problem.tsx";
import { SkeletonLines } from "../ui/Skeleton.tsx";
import { useToast } from "../ui/Toast.tsx";
import { ChipInput } from "./ChipInput.tsx";
import { DatasetsField } from "./DatasetsField.tsx";
import { saveDraft } from "./draft.ts";
import { draftProblems, fits, problemAt } from "./draftProblems.ts";
import { Fold } from "./Fold.tsx";
import { LaunchPanel } from "./LaunchPanel.tsx";
import { NumberInput } from "./NumberInput.tsx";
import { PresetCards } from "./PresetCards.tsx";
import { RegularizersField } from "./RegularizersField.tsx";
import { TagsInput } from "./TagsInput.tsx";
import { ToggleChips } from "./ToggleChips.tsx";
import { TrainingFields, trainingSummary } from "./TrainingFields.tsx";
import { useDraft } from "./useDraft.ts";

const normalizations: Normalization[] = ["post-ln", "pre-ln"];
const architectureOptions = normalizations.flatMap((normalization) =>
  architectures.map((name) => ({
    value: { name, normalization },
    label: (
      <>
        <span
          aria-hidden="true"
          className="size-2 rounded-full"
          style={{ background: shadedColor({ architecture: name, normalization }, 0.55) }}
        />
        {architectureLabel(name, normalization)}
      </>
    ),
    hint: `${name === "rn1" ? "One linear layer" : "Two linear layers"} a residual block, ${normalization === "pre-ln" ? "normalized before the branch" : "normalized after the sum (the paper's)"}`,
  })),
);
const lossTitles = { ce: "Cross entropy", mse: "Squared error" } as const;

export function NewExperiment() {
  const { draft, change, changeConfig, start, restored, origin, problem } = useDraft();
  const launch = useLaunch();
  const problems = useMemo(() => (draft === null ? [] : draftProblems(draft)), [draft]);

  if (problem) return <Problem error={problem} />;
  if (draft === null)
    return (
      <Panel>
        <SkeletonLines count={8} />
      </Panel>
    );

  const { config } = draft;
  const wrong = (...paths: string[]) => paths.some((path) => problemAt(problems, path) !== null);
  const onLaunch = () => {
    if (problems.length > 0) {
      document.querySelector<HTMLElement>("[aria-invalid=true], [data-testid=field-error]")?.scrollIntoView({ block: "center" });
      document.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
      return;
    }
    void launch.start(launchInput.parse(draft));
  };

  return (
    <form onSubmit={(event) => event.preventDefault()} className="pb-24 lg:pb-0">
      <div className="mb-4 flex flex-wrap items-baseline gap-x-4 gap-y-1">
        <h1 className="font-semibold text-xl tracking-tight">New experiment</h1>
        {restored && (
          <p className="text-ink-soft text-sm">
            This is the draft you left.{" "}
            <Button look="quiet" small onClick={() => start("first-light")}>
              Start over
            </Button>
          </p>
        )}
      </div>
      <PresetCards chosen={origin} onChoose={start} />
      <div className="mt-4 grid gap-4 lg:grid-cols-[minmax(0,1fr)_304px]">
        <div className="min-w-0 space-y-4">
          <Panel>
            <div className="grid gap-x-6 gap-y-5 md:grid-cols-2">
              <Field label="Name" error={problemAt(problems, "name")} className="md:col-span-2">
                {(control) => (
                  <TextInput
                    {...control}
                    data-testid="name"
                    value={draft.name}
                    maxLength={limits.nameLength}
                    onChange={(event) => change((before) => ({ ...before, name: event.target.value }))}
                  />
                )}
              </Field>
              <ToggleChips
                label="Architectures"
                options={architectureOptions}
                values={config.architectures as { name: Architecture; normalization: Normalization }[]}
                keyOf={(one) => `${one.name} ${one.normalization}`}
                onChange={(next) => changeConfig({ architectures: next })}
                error={problemAt(problems, "config.architectures")}
              />
              <ChipInput
                label="Depths L"
                testId="depths"
                values={config.depths}
                onChange={(depths) => changeConfig({ depths })}
                error={problemAt(problems, "config.depths")}
                isValid={fits(depth)}
                suggestions={[
                  { label: "2 … 34, the paper's", values: [2, 3, 5, 8, 13, 21, 34] },
                  { label: "2, 4, 8", values: [2, 4, 8] },
                ]}
              />
              <ChipInput
                label="Widths d"
                testId="widths"
                values={config.widths}
                onChange={(widths) => changeConfig({ widths })}
                error={problemAt(problems, "config.widths")}
                isValid={fits(width)}
                suggestions={[
                  { label: "64, the paper's", values: [64] },
                  { label: "16 … 256", values: [16, 32, 64, 128, 256] },
                ]}
              />
              <ChipInput
                label="Seeds"
                testId="seeds"
                values={config.seeds}
                onChange={(seeds) => changeConfig({ seeds })}
                error={problemAt(problems, "config.seeds")}
                isValid={fits(seed)}
                suggestions={[
                  { label: "3 seeds", values: [0, 1, 2] },
                  { label: "5 seeds", values: [0, 1, 2, 3, 4] },
                ]}
              />
            </div>
          </Panel>
          <Panel title="Regularization">
            <RegularizersField
              regularizers={config.regularizers}
              onChange={(regularizers) => changeConfig({ regularizers })}
              problems={problems}
            />
          </Panel>
          <Panel title="Data">
            <DatasetsField datasets={config.datasets} onChange={(datasets) => changeConfig({ datasets })} problems={problems} />
          </Panel>
          <Panel padded={false}>
            <Fold title="Training" summary={trainingSummary(config.training)} wrong={wrong("config.training")}>
              <TrainingFields
                training={config.training}
                onChange={(training) => changeConfig({ training })}
                problems={problems}
              />
            </Fold>
            <Fold
              title="Loss and head"
              summary={`${config.losses.map((name) => lossTitles[name]).join(", ")}; head ${config.headBias ? "with a bias" : "without bias"}`}
              wrong={wrong("config.losses", "config.headBias")}
            >
              <div className="space-y-3">
                <ToggleChips
                  label="Losses"
                  options={(["ce", "mse"] as const).map((value) => ({ value, label: lossTitles[value] }))}
                  values={config.losses}
                  keyOf={(name) => name}
                  onChange={(losses) => changeConfig({ losses })}
                  error={problemAt(problems, "config.losses")}
                />
                <Checkbox
                  label="The head has a bias, which is not penalized"
                  checked={config.headBias}
                  onChange={(event) => changeConfig({ headBias: event.target.checked })}
                />
              </div>
            </Fold>
            <Fold
              title="Measuring"
              summary={
                config.measuring.name === "log"
                  ? `${config.measuring.perDecade} times a decade of steps`
                  : `every ${config.measuring.steps} steps`
              }
              wrong={wrong("config.measuring")}
            >
              <Row>
                <Field label="All layers are measured" className="w-56">
                  {(control) => (
                    <Select
                      {...control}
                      options={[
                        { value: "log", label: "At log-spaced steps" },
                        { value: "every", label: "Every so many steps" },
                      ]}
                      value={config.measuring.name}
                      onChange={(name) => changeConfig({ measuring: measuringConfig.parse({ name }) })}
                    />
                  )}
                </Field>
                {config.measuring.name === "log" ? (
                  <Field label="Times a decade" error={problemAt(problems, "config.measuring.perDecade")} className="w-32">
                    {(control) => (
                      <NumberInput
                        {...control}
                        value={config.measuring.name === "log" ? config.measuring.perDecade : Number.NaN}
                        onChange={(perDecade) => changeConfig({ measuring: { name: "log", perDecade } })}
                      />
                    )}
                  </Field>
                ) : (
                  <Field label="Steps" error={problemAt(problems, "config.measuring.steps")} className="w-32">
                    {(control) => (
                      <NumberInput
                        {...control}
                        value={config.measuring.name === "every" ? config.measuring.steps : Number.NaN}
                        onChange={(steps) => changeConfig({ measuring: { name: "every", steps } })}
                      />
                    )}
                  </Field>
                )}
              </Row>
            </Fold>
            <Fold title="Device" summary={deviceTitles[config.device]} wrong={wrong("config.device")}>
              <Field
                label="Trained on"
                hint="Automatic takes the fastest device of the worker that gets the run; the run page says which and why."
                className="max-w-72"
              >
                {(control) => (
                  <Select
                    {...control}
                    options={deviceChoices.map((value) => ({ value, label: deviceTitles[value] }))}
                    value={config.device}
                    onChange={(device) => changeConfig({ device })}
                  />
                )}
              </Field>
            </Fold>
            <Fold
              title="Note and tags"
              summary={draft.tags.join(", ") || draft.note.slice(0, 120) || "none"}
              wrong={wrong("note", "tags")}
            >
              <div className="space-y-4">
                <Field label="Tags" error={problemAt(problems, "tags")}>
                  {(control) => (
                    <TagsInput {...control} tags={draft.tags} onChange={(tags) => change((before) => ({ ...before, tags }))} />
                  )}
                </Field>
                <Field label="Note" hint="Markdown, with LaTeX formulas between $ signs" error={problemAt(problems, "note")}>
                  {(control) => (
                    <textarea
                      {...control}
                      rows={4}
                      className={`${inputClass} h-auto! py-2`}
                      value={draft.note}
                      onChange={(event) => change((before) => ({ ...before, note: event.target.value }))}
                    />
                  )}
                </Field>
              </div>
            </Fold>
          </Panel>
        </div>
        <aside
          aria-label="Launch"
          className="max-lg:fixed max-lg:inset-x-0 max-lg:bottom-14 max-lg:z-20 max-lg:border-line max-lg:border-t max-lg:bg-surface max-lg:px-4 max-lg:py-3 max-sm:bottom-14 sm:max-lg:bottom-0"
        >
          <div className="rounded-lg border-line lg:sticky lg:top-17 lg:border lg:bg-surface lg:p-4">
            <LaunchPanel config={config} problems={problems} launching={launch.launching} onLaunch={onLaunch} />
          </div>
        </aside>
      </div>
    </form>
  );
}

const deviceTitles = { auto: "Automatic", cpu: "CPU", webgpu: "GPU (WebGPU)", cuda: "GPU (CUDA)" } as const;

function Row({ children }: { children: ReactNode }) {
  return <div className="flex flex-wrap items-start gap-3">{children}</div>;
}

/** Launches, and goes to the new experiment as soon as the server has it. */
function useLaunch() {
  const client = useTRPCClient();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const router = useRouter();
  const toast = useToast();
  const [launching, setLaunching] = useState(false);
  return {
    launching,
    start: async (input: Parameters<typeof client.experiments.launch.mutate>[0]) => {
      setLaunching(true);
      try {
        const { id } = await client.experiments.launch.mutate(input);
        saveDraft(null);
        void queries.invalidateQueries(trpc.experiments.list.pathFilter());
        router.push(`/e/${id}`);
      } catch (error) {
        toast({ text: failureOf(error).message, tone: "bad" });
        setLaunching(false);
      }
    },
  };
}
