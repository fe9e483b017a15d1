import { z } from "zod";

/** How many sites a link may name. */
export const maxFrameOrigins = 20;

/** What a browser takes for the origin of a site: it goes into a header as it is. */
const writtenOrigin = /^https?:\/\/([a-z0-9._-]+|\[[0-9a-f:.]+\])(:\d+)?$/;

/** The origin of an address, "https://lab.example.org"; null if it has none that a browser could be told. */
export function originOf(address: string): string | null {
  const text = address.trim();
  if (!URL.canParse(text)) return null;
  const { origin, username, password } = new URL(text);
  return writtenOrigin.test(origin) && username === "" && password === "" ? origin : null;
}

const originRule = "write each site as https://lab.example.org, with http:// or https:// in front and without wildcards";

const frameOrigin = z
  .string()
  .max(300, "the address of a site has at most 300 characters")
  .transform((text, context) => {
    const origin = originOf(text);
    if (origin !== null) return origin;
    context.addIssue({ code: "custom", message: `“${text.slice(0, 80)}” is not a site: ${originRule}` });
    return z.NEVER;
  });

export const openFramePolicies = ["nobody", "anywhere"] as const;

const listedOrigins = z
  .array(frameOrigin)
  .min(1, "name a site, or choose “nobody”")
  .max(maxFrameOrigins, `a link names at most ${maxFrameOrigins} sites`)
  .transform((origins) => [...new Set(origins)]);

/** Which sites may show a link's charts in a frame: none, all, or these. Addresses are cut down to their origins. */
export const framePolicy = z.union([z.enum(openFramePolicies), listedOrigins], {
  error: ({ input }) =>
    (Array.isArray(input) && listedOrigins.safeParse(input).error?.issues[0]?.message) ||
    "choose “nobody”, “anywhere”, or a list of sites",
});
export type FramePolicy = z.infer<typeof framePolicy>;
