"use client";
import type { ExperimentDetail } from "../../../contract/wire/views.ts";
import { Button } from "../../ui/Button.tsx";
import { pauseHints } from "../parts/PauseToggle.tsx";
import type { AvailableActions } from "./availableActions.ts";
import type { ExperimentDialog } from "./ExperimentDialogs.tsx";
import type { ExperimentActions } from "./useExperimentActions.ts";

interface ActionButtonsProps {
  detail: ExperimentDetail;
  available: AvailableActions;
  actions: ExperimentActions;
  onDialog: (dialog: ExperimentDialog) => void;
}

/** What the experiment's state asks for most; all of it is in the menu too. */
export function ActionButtons({ detail, available, actions, onDialog }: ActionButtonsProps) {
  if (detail.readOnly) return null;
  const { id } = detail;
  const { open, missing, pausable, resumable } = available;
  const { again, pause, resume, cancel, runMissing } = actions;
  return (
    <>
      {detail.sample && (
        <Button
          className="max-sm:!hidden"
          icon="again"
          disabled={again.isPending}
          onClick={actions.runAgain}
          data-testid="run-again"
        >
          Run this again
        </Button>
      )}
      {open > 0 && !(resumable && !pausable) && (
        <Button
          className="max-md:!hidden"
          icon="pause"
          disabled={!pausable || pause.isPending}
          title={pauseHints.pause}
          onClick={() => pause.mutate({ id })}
          data-testid="pause-experiment"
        >
          Pause
        </Button>
      )}
      {resumable && (
        <Button
          className="max-md:!hidden"
          icon="play"
          disabled={resume.isPending}
          title={pauseHints.resume}
          onClick={() => resume.mutate({ id })}
          data-testid="resume-experiment"
        >
          Resume
        </Button>
      )}
      {open > 0 && (
        <Button className="max-md:!hidden" icon="stop" disabled={cancel.isPending} onClick={() => cancel.mutate({ id })}>
          Cancel
        </Button>
      )}
      {open === 0 && missing > 0 && (
        <Button className="max-md:!hidden" icon="again" disabled={runMissing.isPending} onClick={() => runMissing.mutate({ id })}>
          Run missing
        </Button>
      )}
      <Button className="max-sm:!hidden" icon="plus" onClick={() => onDialog("depth")}>
        Add depth
      </Button>
      <Button className="max-sm:!hidden" look="primary" icon="link" onClick={() => onDialog("share")} data-testid="share">
        Share
      </Button>
    </>
  );
}
