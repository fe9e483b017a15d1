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
      "A run key identifies a run, and a session one attempt of it: opening the same session again says from which event on to send. A study whose name is new is created.",
    request: openBody,
    example: exampleOpening,
    response: openedExternalRun,
    handle: ({ services, person, body }) => openExternalRun(services, person, body),
  }),
  defineRoute({
    ...{ id: "storeExternalEvents", method: "POST", path: "/external/runs/{id}/events", right: "log", subject },
    summary: "Report class sums, values and the end of a run",
    description:
      "Events of an attempt are numbered from 1 without gaps, and each is stored once, however often it is sent. What cannot be measured is named in `warnings`. After 409, open the run again and continue from there.",
    request: externalEvents,
    example: exampleEvents,
    maxBytes: externalLimits.requestBytes,
    response: storedExternalEvents,
    handle: ({ services, person, params, body }) => storeExternalEvents(services, person, params.id, body),
  }),
];
