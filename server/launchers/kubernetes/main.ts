/** Prints what kubectl needs to run servers of this program: `npm run --silent kubernetes -- --image IMAGE --url URL`. */
import { parseArgs } from "node:util";
import { Failure } from "../../../contract/failure.ts";
import { printServerManifests, serverManifestUsage } from "./printServerManifests.ts";

try {
  const { values } = parseArgs({
    strict: true,
    options: {
      image: { type: "string" },
      url: { type: "string" },
      namespace: { type: "string" },
      secret: { type: "string" },
      "worker-secret": { type: "string" },
      "worker-image": { type: "string" },
      replicas: { type: "string" },
      "order-workers": { type: "string" },
      queue: { type: "string" },
      help: { type: "boolean" },
    },
  });
  console.log(values.help ? serverManifestUsage : printServerManifests(values).trimEnd());
} catch (error) {
  const isPlain = error instanceof Failure || (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS");
  console.error(isPlain ? (error as Error).message : error);
  process.exit(1);
}
