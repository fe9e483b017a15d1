import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { openLauncher } from "../../db/queries/launchers.ts";
import type { ServiceContext } from "../context/serviceContext.ts";
import type { SlurmSettings } from "../program/slurmSettings.ts";
import { Autoscaler } from "./autoscaler.ts";
import { keepLauncherToken } from "./launcherToken.ts";
import { slurmCommands } from "./slurm/slurmCommands.ts";
import { SlurmLauncher } from "./slurm/slurmLauncher.ts";

/** Workers from Slurm, by the server's settings. */
export async function openSlurm(context: ServiceContext, settings: SlurmSettings): Promise<Autoscaler> {
  const { orm } = context.database;
  const { job, folder, bounds, lookMs } = settings;
  const { mark } = await openLauncher(orm, "slurm", randomBytes(4).toString("hex"));
  const place = {
    job,
    server: settings.server ?? context.publicUrl,
    logs: join(folder, "logs"),
    keepToken: () => keepLauncherToken(orm, "slurm", job.tokenFile),
  };
  const launcher = new SlurmLauncher(slurmCommands, place, `collapsar-${mark}`);
  return new Autoscaler(context, launcher, { bounds, lookMs, device: job.device, minutes: job.minutes }, mark);
}
