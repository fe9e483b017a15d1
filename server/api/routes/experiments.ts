import { z } from "zod";
import { launchInput } from "../../../contract/config/experimentConfig.ts";
import { launchExperiment } from "../../services/experiments/launchExperiment.ts";
import { defineRoute, type Route } from "../defineRoute.ts";

const subject = "experiments";

export const experimentRoutes: Route[] = [
  defineRoute({
    ...{ id: "createExperiment", method: "POST", path: "/experiments", right: "launch", subject },
    summary: "Launch an experiment",
    request: launchInput,
    status: 201,
    response: z.strictObject({ id: z.uuid() }),
    handle: ({ services, person, body }) => launchExperiment(services, person, body),
  }),
];
