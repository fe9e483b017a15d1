"use client";
import { useMemo } from "react";
import { launchInput } from "../../contract/config/experimentConfig.ts";
import { depth, seed, width } from "../../contract/config/runConfig.ts";
import { inputKind } from "../../contract/data/datasetConfig.ts";
import { limits } from "../../contract/limits.ts";
import { presets } from "../../contract/presets/presets.ts";
import { Problem } from "../live/Problem.tsx";
import { CopyStudyButtons } from "../studyFile/CopyStudyButtons.tsx";
import { Button } from "../ui/Button.tsx";
import { Field, TextInput } from "../ui/Field.tsx";
import { Panel } from "../ui/Panel.tsx";
import { SkeletonLines } from "../ui/Skeleton.tsx";
import { ArchitecturesField } from "./architectures/ArchitecturesField.tsx";
import { isResNetStudy, widthLabel } from "./architectures/architectureChoices.ts";
import { CollapsedFields } from "./CollapsedFields.tsx";
import { DatasetsField } from "./datasets/DatasetsField.tsx";
import { type DraftFindings, draftFindings, fits, problemAt } from "./draft/draftProblems.ts";
import { useDraft } from "./draft/useDraft.ts";
import { ChipInput } from "./inputs/ChipInput.tsx";
import { FindingList } from "./launch/FindingList.tsx";
import { LaunchPanel } from "./launch/LaunchPanel.tsx";
import { useLaunch } from "./launch/useLaunch.ts";
import { useLaunchKnowledge } from "./launch/useLaunchKnowledge.ts";
import { PresetCards } from "./presets/PresetCards.tsx";
import { RegularizersField } from "./regularizers/RegularizersField.tsx";

const none: DraftFindings = { problems: [], warnings: [] };

export function NewExperiment() {
  const { draft, change, changeConfig, start, restored, earlier, origin, problem } = useDraft();
  const launch = useLaunch();
  const known = useLaunchKnowledge();
  const { problems, warnings } = useMemo(() => (draft === null ? none : draftFindings(draft, known)), [draft, known]);

  if (problem) return <Problem error={problem} />;
  if (draft === null)
    return (
      <Panel>
        <SkeletonLines count={8} />
      </Panel>
    );

  const { config } = draft;
  const onLaunch = () => {
    // What a field could not read is in no draft: it is not left out without a word.
    if (problems.length > 0 || document.querySelector("[data-unread]")) {
      document.querySelector<HTMLElement>("[aria-invalid=true], [data-testid=field-error]")?.scrollIntoView({ block: "center" });
      document.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
      return;
    }
    void launch.start(launchInput.parse(draft));
  };

  return (
    <form onSubmit={(event) => event.preventDefault()} className="pb-32 lg:pb-0">
      <div className="mb-4 flex flex-wrap items-baseline gap-x-4 gap-y-1">
        <h1 className="font-semibold text-xl tracking-tight">New experiment</h1>
        {restored && (
          <p className="text-ink-soft text-sm">
            This is the draft you left.{" "}
            <Button look="quiet" small onClick={() => start(presets[0].id)}>
              Start over
            </Button>
          </p>
        )}
        <CopyStudyButtons launch={problems.length === 0 ? draft : null} />
      </div>
      {earlier.length > 0 && (
        <p className="mb-4 text-ink-soft text-sm" data-testid="earlier-definition">
          These settings come from a study with {earlier.join(" and ")}: networks with an earlier definition. A new study uses the
          current one, in which a transformer of depth L has L blocks and pre-LN has a LayerNorm after the embedding. To continue
          with the earlier one, add depths or seeds to the old study.
        </p>
      )}
      <PresetCards chosen={origin} onChoose={start} />
      <div className="mt-4 grid gap-4 lg:grid-cols-[minmax(0,1fr)_304px]">
        <div className="min-w-0 space-y-4">
          <Panel>
            <div className="grid gap-x-4 gap-y-5 sm:grid-cols-2 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)_minmax(0,2fr)]">
              <Field label="Name" error={problemAt(problems, "name")} className="sm:col-span-full">
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
              <div className="sm:col-span-full">
                <ArchitecturesField
                  architectures={config.architectures}
                  onChange={(architectures) => changeConfig({ architectures })}
                  problems={problems}
                  onImages={config.datasets.some((dataset) => inputKind(dataset.id) === "image")}
                />
              </div>
              <ChipInput
                label="Depths L"
                testId="depths"
                hint={
                  config.architectures.some((one) => one.name === "ufm")
                    ? "Free features (UFM) have depth 1, whatever is entered here."
                    : isResNetStudy(config.architectures)
                      ? "A ResNet's depth is its name: 9, 18, 20 or 34."
                      : undefined
                }
                values={config.depths}
                onChange={(depths) => changeConfig({ depths })}
                error={problemAt(problems, "config.depths")}
                isValid={fits(depth)}
                suggestions={
                  isResNetStudy(config.architectures)
                    ? [
                        { label: "ResNet-18", values: [18] },
                        { label: "9, 18, 34", values: [9, 18, 34] },
                      ]
                    : [
                        { label: "2 … 34, the paper's", values: [2, 3, 5, 8, 13, 21, 34] },
                        { label: "2, 4, 8", values: [2, 4, 8] },
                      ]
                }
              />
              <ChipInput
                label={widthLabel(config.architectures)}
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
              offersAll={isResNetStudy(config.architectures)}
            />
          </Panel>
          <Panel title="Data">
            <DatasetsField datasets={config.datasets} onChange={(datasets) => changeConfig({ datasets })} problems={problems} />
          </Panel>
          <CollapsedFields draft={draft} change={change} changeConfig={changeConfig} problems={problems} />
          <div className="lg:hidden">
            <FindingList problems={problems} warnings={warnings} />
          </div>
        </div>
        <aside
          aria-label="Launch"
          className="max-lg:fixed max-lg:inset-x-0 max-lg:bottom-14 max-lg:z-20 max-lg:border-line max-lg:border-t max-lg:bg-surface max-lg:px-4 max-lg:py-3 max-sm:bottom-14 sm:max-lg:bottom-0"
        >
          <div className="rounded-lg border-line lg:sticky lg:top-17 lg:border lg:bg-surface lg:p-4">
            <LaunchPanel
              config={config}
              problems={problems}
              warnings={warnings}
              workers={known.workers}
              launching={launch.launching}
              onLaunch={onLaunch}
            />
          </div>
        </aside>
      </div>
    </form>
  );
}
