"use client";
import { useEffect, useState } from "react";
import { type Priority, priorities } from "../../../contract/priority.ts";
import { priorityHint, priorityTitles } from "../../text/priorityTitles.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Field, Select } from "../../ui/Field.tsx";

interface PriorityDialogProps {
  priority: Priority;
  open: boolean;
  busy: boolean;
  onClose: () => void;
  onChoose: (priority: Priority) => void;
}

/** Which of a person's studies go first. */
export function PriorityDialog({ priority, open, busy, onClose, onChoose }: PriorityDialogProps) {
  const [chosen, setChosen] = useState(priority);
  useEffect(() => {
    if (open) setChosen(priority);
  }, [open, priority]);
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Priority"
      testId="priority-dialog"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" disabled={busy || chosen === priority} onClick={() => onChoose(chosen)}>
            Save
          </Button>
        </>
      }
    >
      <Field label="Priority of this study" hint={priorityHint}>
        {(control) => (
          <Select
            {...control}
            options={priorities.map((value) => ({ value, label: priorityTitles[value] }))}
            value={chosen}
            onChange={setChosen}
          />
        )}
      </Field>
    </Dialog>
  );
}
