/** @type {import('next').NextConfig} */
export default {
  reactStrictMode: true,
  poweredByHeader: false,
  devIndicators: false,
  /** A second build beside the first one, for looking at pages while the program runs. */
  distDir: process.env.COLLAPSAR_NEXT_DIST ?? ".next",
};
