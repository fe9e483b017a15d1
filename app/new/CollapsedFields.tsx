"use client";
import type { ReactNode } from "react";
import type { ExperimentConfig } from "../../contract/config/experimentConfig.ts";
import { deviceChoices } from "../../contract/config/runConfig.ts";
import {
  type MeasuringConfig,
  measuringConfig,
  type SurveyCadence,
  surveyCadences,
} from "../../contract/config/trainingConfig.ts";
import { datasetSizes } from "../../contract/data/datasetSizes.ts";
import { limits } from "../../contract/limits.ts";
import { priorities } from "../../contract/priority.ts";
import { storableText } from "../../contract/wireText.ts";
import { NumberInput } from "../numbers/NumberInput.tsx";
import { NumberListInput } from "../numbers/NumberListInput.tsx";
import { priorityHint, priorityTitles } from "../text/priorityTitles.ts";
import { Collapsible } from "../ui/Collapsible.tsx";
import { Checkbox, Field, inputClass, Select } from "../ui/Field.tsx";
import { Panel } from "../ui/Panel.tsx";
import { AfterTrainingFields, afterTrainingSummary } from "./afterTraining/AfterTrainingFields.tsx";
import { OtherSetFields, otherSetSummary } from "./afterTraining/OtherSetFields.tsx";
import type { Draft } from "./draft/draft.ts";
import { type Problem, problemAt } from "./draft/draftProblems.ts";
import { TagsInput } from "./inputs/TagsInput.tsx";
import { ClassifiersField, classifiersSummary } from "./losses/ClassifiersField.tsx";
import { LossesField, lossesSummary } from "./losses/LossesField.tsx";
import { ConvergenceField, convergenceSummary } from "./training/ConvergenceField.tsx";
import { OptimizersField } from "./training/OptimizersField.tsx";
import { StartFields, startSummary } from "./training/StartFields.tsx";
import { TrainingFields, trainingSummary } from "./training/TrainingFields.tsx";

const deviceTitles = { auto: "Automatic", cpu: "CPU", webgpu: "GPU (WebGPU)", cuda: "GPU (CUDA)" } as const;

const surveyTitles: Record<SurveyCadence, string> = {
  few: "At few steps",
  pictured: "With each picture",
  every: "At every measurement",
  off: "Never",
};

/** What most studies leave unchanged: training, loss and head, measuring, what comes after training, which runs count, device, priority, note. */
export function CollapsedFields({
  draft,
  change,
  changeConfig,
  problems,
}: {
  draft: Draft;
  change: (update: (draft: Draft) => Draft) => void;
  changeConfig: (patch: Partial<ExperimentConfig>) => void;
  problems: Problem[];
}) {
  const { config } = draft;
  const wrong = (...paths: string[]) => paths.some((path) => problemAt(problems, path) !== null);
  const { layers, ...measured } = config.measuring;
  const { pictured, ...unpictured } = config.measuring;
  const cadence = layers ?? "few";
  const surveyed = { ...(layers && { layers }), ...(pictured && { pictured }) };
  const manyClasses = config.datasets.some((dataset) => datasetSizes(dataset).classes > limits.picturedClasses);
  return (
    <Panel padded={false}>
      <Collapsible
        title="Training"
        summary={trainingSummary(config.training, config.optimizers)}
        wrong={wrong("config.training", "config.optimizers")}
      >
        <TrainingFields training={config.training} onChange={(training) => changeConfig({ training })} problems={problems} />
        <OptimizersField training={config.training} optimizers={config.optimizers} onChange={changeConfig} problems={problems} />
      </Collapsible>
      <Collapsible
        title="Start and polishing"
        summary={startSummary(config.training)}
        wrong={wrong("config.training.grown", "config.training.polish")}
      >
        <StartFields training={config.training} onChange={(training) => changeConfig({ training })} problems={problems} />
      </Collapsible>
      <Collapsible
        title="Loss and head"
        summary={`${lossesSummary(config.losses)}; head ${config.headBias ? "with a bias" : "without bias"}${classifiersSummary(config.classifiers)}`}
        wrong={wrong("config.losses", "config.headBias", "config.classifiers")}
      >
        <div className="space-y-3">
          <LossesField losses={config.losses} onChange={(losses) => changeConfig({ losses })} problems={problems} />
          <ClassifiersField
            classifiers={config.classifiers}
            onChange={(classifiers) => changeConfig({ classifiers })}
            problems={problems}
          />
          <Checkbox
            label="The head has a bias, which is not penalized"
            checked={config.headBias}
            onChange={(event) => changeConfig({ headBias: event.target.checked })}
          />
        </div>
      </Collapsible>
      <Collapsible
        title="Measuring"
        summary={[
          config.measuring.name === "log"
            ? `${config.measuring.perDecade} times per decade of steps`
            : `every ${config.measuring.steps} steps`,
          ...(cadence === "few" ? [] : [`ranks and probes of layers: ${surveyTitles[cadence].toLowerCase()}`]),
          ...otherSetSummary(config.other),
        ].join(", ")}
        wrong={wrong("config.measuring", "config.other")}
        testId="fold-measuring"
      >
        <Row>
          <Field label="All layers are measured" className="w-56">
            {(control) => (
              <Select
                {...control}
                options={[
                  { value: "log", label: "At log-spaced steps" },
                  { value: "every", label: "At evenly spaced steps" },
                ]}
                value={config.measuring.name}
                onChange={(name) => changeConfig({ measuring: measuringConfig.parse({ name, ...surveyed }) })}
              />
            )}
          </Field>
          {config.measuring.name === "log" ? (
            <Field label="Times per decade" error={problemAt(problems, "config.measuring.perDecade")} className="w-32">
              {(control) => (
                <NumberInput
                  {...control}
                  value={config.measuring.name === "log" ? config.measuring.perDecade : Number.NaN}
                  onChange={(perDecade) => changeConfig({ measuring: { name: "log", perDecade, ...surveyed } })}
                />
              )}
            </Field>
          ) : (
            <Field label="Steps" error={problemAt(problems, "config.measuring.steps")} className="w-32">
              {(control) => (
                <NumberInput
                  {...control}
                  value={config.measuring.name === "every" ? config.measuring.steps : Number.NaN}
                  onChange={(steps) => changeConfig({ measuring: { name: "every", steps, ...surveyed } })}
                />
              )}
            </Field>
          )}
          <Field
            label="Ranks, spectra and probes of layers"
            hint="They cost more than other measures. At few steps: at most 0.2 % of the training, and always the last."
            className="w-72"
          >
            {(control) => (
              <Select
                {...control}
                options={surveyCadences.map((value) => ({ value, label: surveyTitles[value] }))}
                value={cadence}
                onChange={(chosen) =>
                  changeConfig({ measuring: { ...measured, ...(chosen !== "few" && { layers: chosen }) } as MeasuringConfig })
                }
              />
            )}
          </Field>
          {(manyClasses || pictured) && (
            <Field
              label="Pictured classes"
              hint={`Labels from 0, at most ${limits.picturedClasses}; empty = an even sample.`}
              error={problemAt(problems, "config.measuring.pictured")}
              className="w-72"
            >
              {(control) => (
                <NumberListInput
                  {...control}
                  placeholder="0, 7, 42"
                  values={pictured ?? []}
                  atMost={limits.picturedClasses}
                  isValid={(value) => Number.isInteger(value) && value >= 0 && value < limits.classes.max}
                  onChange={(chosen) =>
                    changeConfig({
                      measuring: { ...unpictured, ...(chosen.length > 0 && { pictured: chosen }) } as MeasuringConfig,
                    })
                  }
                />
              )}
            </Field>
          )}
        </Row>
        <div className="mt-4">
          <OtherSetFields
            other={config.other}
            datasets={config.datasets}
            onChange={(other) => changeConfig({ other })}
            problems={problems}
          />
        </div>
      </Collapsible>
      <Collapsible
        title="After training"
        summary={afterTrainingSummary(config.afterTraining)}
        wrong={wrong("config.afterTraining")}
        testId="fold-after-training"
      >
        <AfterTrainingFields
          config={config.afterTraining}
          datasets={config.datasets}
          onChange={(afterTraining) => changeConfig({ afterTraining })}
          problems={problems}
        />
      </Collapsible>
      <Collapsible
        title="Which runs count"
        summary={convergenceSummary(config.convergence)}
        wrong={wrong("config.convergence")}
        testId="fold-convergence"
      >
        <ConvergenceField
          rule={config.convergence}
          onChange={(convergence) => changeConfig({ convergence })}
          error={problemAt(problems, "config.convergence")}
        />
      </Collapsible>
      <Collapsible title="Device" summary={deviceTitles[config.device]} wrong={wrong("config.device")}>
        <Field
          label="Trained on"
          error={problemAt(problems, "config.device")}
          hint="Automatic picks the fastest device of the worker that gets the run; the run's page says which, and why."
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
      </Collapsible>
      <Collapsible title="Priority" summary={priorityTitles[draft.priority]} wrong={wrong("priority")} testId="fold-priority">
        <Field label="Priority of this study" hint={priorityHint} className="max-w-96">
          {(control) => (
            <Select
              {...control}
              options={priorities.map((value) => ({ value, label: priorityTitles[value] }))}
              value={draft.priority}
              onChange={(priority) => change((before) => ({ ...before, priority }))}
            />
          )}
        </Field>
      </Collapsible>
      <Collapsible
        title="Note and tags"
        summary={draft.tags.join(", ") || storableText(draft.note, 120) || "none"}
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
      </Collapsible>
    </Panel>
  );
}

function Row({ children }: { children: ReactNode }) {
  return <div className="flex flex-wrap items-start gap-3">{children}</div>;
}
