import { createHash } from "node:crypto";
import { type Readable, Transform } from "node:stream";
import { Failure } from "../../contract/failure.ts";
import type { Artefact } from "./artefacts.ts";

/**
 * The content as it comes; its stream fails with Failure INVALID unless it is exactly the bytes that were announced. The first one is
 * not ended when whoever reads fails: it may be a request that is still to be answered.
 */
export function checkedStream(content: Readable, file: Pick<Artefact, "bytes" | "sha256">): Readable {
  const into = checked(file);
  const cutOff = () => into.destroy(Object.assign(new Error("cut off"), { code: "ERR_STREAM_PREMATURE_CLOSE" }));
  // It says so once: whoever has gone by now would be waited for without end.
  if (content.destroyed && !content.readableEnded) return cutOff();
  content.once("error", (error) => into.destroy(error));
  content.once("close", () => {
    if (!content.readableEnded) cutOff();
  });
  return content.pipe(into);
}

/** Lets through exactly the bytes that were announced. */
function checked({ bytes, sha256 }: Pick<Artefact, "bytes" | "sha256">): Transform {
  const hash = createHash("sha256");
  let size = 0;
  const refuse = (what: string) => new Failure("INVALID", what);
  return new Transform({
    transform(part: Buffer, _encoding, done) {
      size += part.length;
      hash.update(part);
      if (size > bytes) done(refuse(`More than the ${bytes} bytes that were announced.`));
      else done(null, part);
    },
    flush(done) {
      if (size < bytes) done(refuse(`Received ${size} of the ${bytes} bytes that were announced.`));
      else
        done(hash.digest("hex") === sha256 ? null : refuse("The sha256 of what was received is not the one that was announced."));
    },
  });
}
