"use client";
import type { ComponentProps } from "react";
import {
  type DatasetId,
  datasetTitles,
  imageDatasetIds,
  ownDatasetIds,
  syntheticDatasetIds,
  textDatasetIds,
} from "../../../contract/data/datasetConfig.ts";
import { tokenTaskIds } from "../../../contract/data/tokenTasks.ts";
import { classes } from "../../ui/classes.ts";
import { inputClass } from "../../ui/Field.tsx";
import type { Availability } from "./useAvailability.ts";

const groups: { label: string; ids: readonly DatasetId[] }[] = [
  { label: "Images", ids: imageDatasetIds },
  { label: "Text", ids: textDatasetIds },
  { label: "Generated", ids: [...syntheticDatasetIds, ...tokenTaskIds] },
  { label: "Your own", ids: ownDatasetIds },
];

/** All data sets by their kind; those that no worker has are still listed, since choosing one says where to get it. */
export function DatasetSelect({
  value,
  onChange,
  availability,
  className,
  ...rest
}: {
  value: DatasetId;
  onChange: (id: DatasetId) => void;
  availability: (id: DatasetId) => Availability | null;
} & Omit<ComponentProps<"select">, "value" | "onChange">) {
  return (
    <select
      {...rest}
      value={value}
      onChange={(event) => onChange(event.target.value as DatasetId)}
      className={classes(inputClass, "pr-1.5", className)}
    >
      {groups.map((group) => (
        <optgroup key={group.label} label={group.label}>
          {group.ids.map((id) => (
            <option key={id} value={id}>
              {datasetTitles[id]}
              {availability(id)?.available === false ? " (not available)" : ""}
            </option>
          ))}
        </optgroup>
      ))}
    </select>
  );
}
