"use client";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { countGrid, type ExperimentConfig } from "../../../contract/config/experimentConfig.ts";
import { depth as depthSchema } from "../../../contract/config/runConfig.ts";
import { limits } from "../../../contract/limits.ts";
import { useTRPC } from "../../data/trpcClient.ts";
import { Problem } from "../../live/Problem.tsx";
import { readNumbers } from "../../numbers/readNumbers.ts";
import { countOf } from "../../text/formatNumber.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Field, TextInput } from "../../ui/Field.tsx";

interface AddDepthDialogProps {
  experimentId: string;
  config: ExperimentConfig;
  open: boolean;
  onClose: () => void;
  onAdded: (added: number) => void;
}

const isDepth = (value: number) => depthSchema.safeParse(value).success;
const maxDepths = limits.axisValues;

/** @returns the depths of a text like "34, 48", or what is wrong with it. */
function parseDepths(text: string, known: readonly number[]): { depths: number[] } | { error: string } {
  const { values, problem } = readNumbers(text, { atMost: maxDepths, isValid: isDepth });
  if (problem !== null) return { error: problem };
  const wrong = values.find((value) => !isDepth(value));
  if (wrong !== undefined)
    return { error: `${wrong} is not valid: a depth must be a whole number from ${limits.depth.min} to ${limits.depth.max}.` };
  const there = values.find((value) => known.includes(value));
  if (there !== undefined) return { error: `Depth ${there} is already part of this experiment.` };
  return values.length === 0 ? { error: "" } : { depths: values };
}

/** Runs of further depths, with everything else unchanged. */
export function AddDepthDialog({ experimentId, config, open, onClose, onAdded }: AddDepthDialogProps) {
  const trpc = useTRPC();
  const [text, setText] = useState("");
  const add = useMutation(
    trpc.experiments.addDepths.mutationOptions({
      onSuccess: ({ added }) => {
        setText("");
        onAdded(added);
        onClose();
      },
    }),
  );
  const parsed = parseDepths(text, config.depths);
  const depths = "depths" in parsed ? parsed.depths : [];
  // Free features have no depth: they are not run again.
  const networks = config.architectures.filter(({ name }) => name !== "ufm");
  const each = countGrid({ ...config, architectures: networks, depths: config.depths.slice(0, 1) });
  const submit = () => depths.length > 0 && add.mutate({ id: experimentId, depths });
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Add depth"
      testId="add-depth-dialog"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" disabled={depths.length === 0 || add.isPending} onClick={submit}>
            {depths.length === 0 ? "Add" : `Add ${countOf(depths.length * each, "run")}`}
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
        className="space-y-3"
      >
        <Field
          label="Further depths"
          error={"error" in parsed && parsed.error !== "" ? parsed.error : null}
          hint={`Now: ${config.depths.join(", ")}. Everything else stays the same: ${countOf(each, "run")} for each depth.`}
        >
          {(control) => (
            <TextInput {...control} value={text} onChange={(event) => setText(event.target.value)} placeholder="34, 48" />
          )}
        </Field>
        {add.error && <Problem error={add.error} />}
      </form>
    </Dialog>
  );
}
