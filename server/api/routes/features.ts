import { featuresQuery, measuredFeatures } from "../../../contract/external/featuresRequest.ts";
import { fileBounds, measureFeatures } from "../../services/features/measureFeatures.ts";
import { defineRoute, type Route, rawBody } from "../defineRoute.ts";

export const featureRoutes: Route[] = [
  defineRoute({
    ...{ id: "measureFeatures", method: "POST", path: "/external/runs/{id}/features", right: "log", subject: "external runs" },
    summary: "Measure a file of features",
    description:
      "The body is a file of features H [N, d] of one or several layers with labels y [N] and, if given, a classifier W [K, d] with its bias b [K]: .npz, .safetensors, .pt, .pth or .csv. Which array is which follows from names (features or h1, h2, …, labels or y, W, b) and shapes, or from the query; if that does not decide it, the answer lists the arrays with their shapes. Files are parsed as data; nothing in them is executed. The features are not kept.",
    query: featuresQuery,
    request: rawBody(["application/octet-stream"], fileBounds.bytes),
    status: 201,
    response: measuredFeatures,
    handle: ({ services, person, params, query, body }) => measureFeatures(services, person, params.id, query, body),
  }),
];
