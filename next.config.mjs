/** @type {import('next').NextConfig} */
export default {
  reactStrictMode: true,
  poweredByHeader: false,
  devIndicators: false,
  /** What a page says of itself is in its head for every reader: chats that preview a link read no further. */
  htmlLimitedBots: /.*/,
  /** `npm run check` looks at the types of all rooms; a start from a fresh clone need not do it again. */
  typescript: { ignoreBuildErrors: true },
  /** A second build beside the first one, for looking at pages while the program runs. */
  distDir: process.env.COLLAPSAR_NEXT_DIST ?? ".next",
};
