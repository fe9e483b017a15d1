import { stringify } from "yaml";

/** Objects as one text for kubectl apply: every text in it that could be taken for something else is quoted. */
export const printObjects = (objects: readonly object[]): string =>
  objects.map((object) => stringify(object, { version: "1.1", lineWidth: 0, aliasDuplicateObjects: false })).join("---\n");
