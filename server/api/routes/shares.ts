import { z } from "zod";
import { createShareBody, updateShareBody } from "../../../contract/api/apiRequests.ts";
import { done, madeShare, shareView } from "../../../contract/api/experimentAnswers.ts";
import { createShare, listShares, revokeShare, setShareFrames } from "../../services/shares/shares.ts";
import { defineRoute, type Route } from "../defineRoute.ts";

const subject = "shares";

export const shareRoutes: Route[] = [
  defineRoute({
    ...{ id: "listShares", method: "GET", path: "/experiments/{id}/shares", right: "edit", subject },
    summary: "List an experiment's share links",
    response: z.strictObject({ shares: z.array(shareView) }),
    handle: async ({ services, params }) => ({ shares: await listShares(services, params.id) }),
  }),
  defineRoute({
    ...{ id: "createShare", method: "POST", path: "/experiments/{id}/shares", right: "edit", subject },
    summary: "Create a share link",
    description: "It opens this one experiment, read-only. Its token is shown only once.",
    request: createShareBody,
    example: { hideNames: true, expiresInDays: 30 },
    status: 201,
    response: madeShare,
    handle: ({ services, params, body }) => createShare(services, { ...body, experimentId: params.id }),
  }),
  defineRoute({
    ...{ id: "updateShare", method: "PATCH", path: "/shares/{id}", right: "edit", subject },
    summary: "Say which sites may show a link's charts in a frame",
    description: "It takes effect at once. Addresses are reduced to their origins; a link names at most 20.",
    request: updateShareBody,
    example: { frames: ["https://lab.example.org"] },
    response: done,
    handle: ({ services, params, body }) => setShareFrames(services, { id: params.id, frames: body.frames }),
  }),
  defineRoute({
    ...{ id: "revokeShare", method: "DELETE", path: "/shares/{id}", right: "edit", subject },
    summary: "Revoke a share link",
    response: done,
    handle: ({ services, params }) => revokeShare(services, params.id),
  }),
];
