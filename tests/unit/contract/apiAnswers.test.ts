import { expectTypeOf, test } from "vitest";
import type { z } from "zod";
import type {
  experimentDetail,
  experimentSummary,
  externalExperimentDetail,
  shareView,
} from "../../../contract/api/experimentAnswers.ts";
import type { externalRunDetail, externalRunRow, runDetail, runRow } from "../../../contract/api/runAnswers.ts";
import type { workerView } from "../../../contract/api/workerAnswers.ts";
import type { ExternalFacts } from "../../../contract/external/externalFacts.ts";
import type { ExternalExperimentDetail, ExternalRunDetail, ExternalRunRow } from "../../../contract/wire/externalViews.ts";
import type {
  AttemptView,
  ExperimentDetail,
  ExperimentSummary,
  RunDetail,
  RunRow,
  ShareView,
  WorkerView,
} from "../../../contract/wire/views.ts";

/** A field that a view gains, also one that may be absent, is in the API's answers too: this file does not compile without it. */
test("the API answers all that the views have", () => {
  expectTypeOf<keyof z.infer<typeof experimentSummary>>().toEqualTypeOf<keyof ExperimentSummary>();
  expectTypeOf<keyof z.infer<typeof experimentDetail>>().toEqualTypeOf<keyof Omit<ExperimentDetail, "runs">>();
  expectTypeOf<keyof z.infer<typeof externalExperimentDetail>>().toEqualTypeOf<keyof Omit<ExternalExperimentDetail, "runs">>();
  expectTypeOf<keyof z.infer<typeof externalRunRow>>().toEqualTypeOf<keyof ExternalRunRow>();
  expectTypeOf<keyof z.infer<typeof externalRunDetail>>().toEqualTypeOf<keyof ExternalRunDetail>();
  expectTypeOf<keyof z.infer<typeof externalRunRow>["external"]>().toEqualTypeOf<keyof ExternalFacts>();
  expectTypeOf<keyof z.infer<typeof runRow>>().toEqualTypeOf<keyof RunRow>();
  expectTypeOf<keyof z.infer<typeof runDetail>>().toEqualTypeOf<keyof RunDetail>();
  expectTypeOf<keyof z.infer<typeof runDetail>["attempts"][number]>().toEqualTypeOf<keyof AttemptView>();
  expectTypeOf<keyof z.infer<typeof shareView>>().toEqualTypeOf<keyof ShareView>();
  expectTypeOf<keyof z.infer<typeof workerView>>().toEqualTypeOf<keyof WorkerView>();
});
