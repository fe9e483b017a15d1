/** Prints, as the last line, what a worker on this machine would offer, as JSON: its slots, devices and data sets. It changes nothing. */
import { join } from "node:path";
import { listAvailability } from "../data/resolve/listAvailability.ts";
import { workerEnvironment } from "../env.ts";
import { findCapacity } from "./machine/findCapacity.ts";
import { parseOptions } from "./options.ts";

const options = parseOptions(["--server", "http://localhost", "--token", "none"], { ...workerEnvironment(), tokenFile: null });
const datasets = await listAvailability({ folder: options.datasetsDir, cache: join(options.dataDir, "datasets") });
const { slots, threads, devices } = await findCapacity(options);
console.log(JSON.stringify({ slots, threads, devices, datasets }));
process.exit(0);
