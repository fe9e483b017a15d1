import { externalLimits } from "../../../contract/external/externalLimits.ts";
import {
  externalEvents,
  openExternalRun as openBody,
  openedExternalRun,
  storedExternalEvents,
} from "../../../contract/external/externalRequests.ts";
import { openExternalRun } from "../../services/external/openExternalRun.ts";
import { storeExternalEvents } from "../../services/external/storeExternalEvents.ts";
import { defineRoute, type Route } from "../defineRoute.ts";
import { exampleEvents, exampleOpening } from "../examples.ts";

const subject = "external runs";

/** Runs that are trained elsewhere: what collapsar.py sends. */
export const externalRoutes: Route[] = [
  defineRoute({
    ...{ id: "openExternalRun", method: "POST", path: "/external/runs", right: "log", subject },
    summary: "Begin to report a run that is trained elsewhere, or resume it",
    description:
      "A run key is one run, a session one attempt of it: the same session again says from where on events are wanted. A new name of a study makes the study.",
    request: openBody,
    example: exampleOpening,
    response: openedExternalRun,
    handle: ({ services, person, body }) => openExternalRun(services, person, body),
  }),
  defineRoute({
    ...{ id: "storeExternalEvents", method: "POST", path: "/external/runs/{id}/events", right: "log", subject },
    summary: "Report class sums, values and the end of a run",
    description:
      "Events of an attempt are numbered from 1 without gaps, and each is stored once, however often it comes. What of them cannot be measured is named in `warnings`. 409: open the run again, and send from there on.",
    request: externalEvents,
    example: exampleEvents,
    maxBytes: externalLimits.requestBytes,
    response: storedExternalEvents,
    handle: ({ services, person, params, body }) => storeExternalEvents(services, person, params.id, body),
  }),
];
