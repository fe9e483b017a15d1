import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { drawPreview } from "../../../app/preview/drawPreview.ts";
import { datasetConfig } from "../../../contract/data/datasetConfig.ts";
import { finished, measured, numbered, started } from "../../support/builders/events.ts";
import { grid, launch, untilStatus } from "../../support/builders/studies.ts";
import { RawWorker } from "../../support/client/rawWorker.ts";
import { TestServer } from "../../support/processes/server.ts";
import { until } from "../../support/until.ts";

const folder = mkdtempSync(join(tmpdir(), "collapsar-test-"));
let server: TestServer;
let worker: RawWorker;
beforeAll(async () => {
  // As on a machine without any font.
  const fonts = join(folder, "fonts.conf");
  writeFileSync(fonts, '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig></fontconfig>');
  server = await TestServer.start({ env: { FONTCONFIG_FILE: fonts } });
  worker = await RawWorker.connect(server);
});
afterAll(async () => {
  worker?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function picture(token: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.url}/s/${token}/preview.png`, { headers });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes };
}

/** Dark pixels of a part of a picture: how much is written there. */
async function inkOf(png: Buffer, part: { left: number; top: number; width: number; height: number }): Promise<number> {
  const pixels = await sharp(png).extract(part).greyscale().raw().toBuffer();
  return pixels.filter((value) => value < 128).length;
}
const title = { left: 40, top: 30, width: 1000, height: 80 };
const plot = { left: 40, top: 200, width: 1100, height: 400 };

const finishAll = async (study: Awaited<ReturnType<typeof launch>>, most = study.runs.length) => {
  for (const run of study.runs.slice(0, most)) {
    const lease = await worker.nextAssignment(run.id);
    const values = { [`train/nc1.ratio@${run.config.depth}`]: 1 / run.config.depth };
    await worker.events(lease, numbered([started(), measured(1, values), measured(1000, values), finished()]));
    await untilStatus(server, run.id, "finished");
  }
};

describe("The picture that goes with a link", () => {
  test("is a PNG of 1200 × 630 with name and curve, another one for another study", async () => {
    const study = await launch(server, grid({ depths: [2, 4], seeds: [0] }), { name: "Depth and collapse" });
    const { token } = await server.call("shares.create", { experimentId: study.id });
    const before = await picture(token);
    expect(before.status).toBe(200);
    expect(await inkOf(before.bytes, { ...plot, top: 330, height: 180 })).toBe(0);
    await finishAll(study);
    await until("the picture shows the curve", async () => !(await picture(token)).bytes.equals(before.bytes));
    const { headers, bytes } = await picture(token);
    expect(headers.get("content-type")).toBe("image/png");
    expect(headers.get("cache-control")).toBe("no-cache");
    expect(headers.get("x-robots-tag")).toBe("noindex, nofollow, noarchive");
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(await sharp(bytes).metadata()).toMatchObject({ format: "png", width: 1200, height: 630 });
    expect(bytes.byteLength).toBeLessThan(200_000);
    expect(await inkOf(bytes, title)).toBeGreaterThan(1_000);
    expect(await inkOf(bytes, plot)).toBeGreaterThan(1_000);

    const etag = headers.get("etag") as string;
    expect((await picture(token, { "if-none-match": etag })).status).toBe(304);
    const head = await fetch(`${server.url}/s/${token}/preview.png`, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length")]).toEqual([200, String(bytes.byteLength)]);

    const other = await launch(server, grid({ depths: [2, 4], seeds: [0] }), { name: "Another name" });
    const link = await server.call("shares.create", { experimentId: other.id });
    expect((await picture(link.token)).headers.get("etag")).not.toBe(etag);
  });

  test("is behind the link alone", async () => {
    const study = await launch(server, grid({ depths: [2], seeds: [0] }), { name: "Secret" });
    const { id, token } = await server.call("shares.create", { experimentId: study.id });
    expect((await picture(token)).status).toBe(200);
    await server.call("shares.revoke", { id });
    for (const dead of [token, "forged", study.id, "%00"]) {
      const { status, bytes } = await picture(dead);
      expect([status, bytes.toString()]).toEqual([404, "This link is invalid or has been revoked."]);
    }
    expect((await fetch(`${server.url}/s/${token}/preview.png`, { method: "POST" })).status).toBe(405);
  });

  test("of a link that hides names has none of them", async () => {
    const set = (name: string) => datasetConfig.parse({ id: "image-folder", folder: name, size: 8 });
    const config = grid({ datasets: [set("ada-private-scans"), set("other-clinic")], depths: [2], seeds: [0] });
    const study = await launch(server, config, { name: "Scans" });
    const draw = async (hideNames: boolean) => {
      const { token } = await server.call("shares.create", { experimentId: study.id, hideNames });
      const detail = await server.call("experiments.get", { id: study.id }, { share: token });
      const runs = detail.runs.map((run) => ({
        ...run,
        status: "finished" as const,
        last: { "train/nc1.ratio@2": 0.5 + run.ordinal / 10 },
      }));
      return drawPreview({ ...detail, runs } as typeof detail);
    };
    const [hidden, plain] = [await draw(true), await draw(false)];
    expect(plain).toMatch(/ada-private-scans/);
    expect(hidden).not.toMatch(/ada|private|clinic/);
    expect(hidden).toContain("data-set-1");
  });
});
