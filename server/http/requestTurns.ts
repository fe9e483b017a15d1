import type { ServerResponse } from "node:http";
import type { Hold } from "../access/access.ts";

export interface TurnBounds {
  /** Requests of one credential that are worked on at once: as many as a browser makes. */
  atOnce: number;
  /** Its requests that may wait for their turn; beyond this they are asked to come back later. */
  waiting: number;
}

const usual: TurnBounds = { atOnce: 6, waiting: 500 };
/** An answer that nobody reads for so long is given up. */
const unreadMs = 120_000;

const tooManyTurns = {
  message: "Too many simultaneous requests with this link, token or sign-in: try again in a few seconds.",
  afterS: 5,
} as const;
type Refuse = (response: ServerResponse, why: typeof tooManyTurns) => void;

interface Line {
  running: number;
  waiting: (() => void)[];
}

/** By whose link, token or sign-in a request came, as a key. */
export const holderOf = ({ by: [first] }: Hold): string => (first ? `${first.kind}:${first.id}` : "owner");

/** Requests take turns by credential: whoever has one link or token takes no more of the server than a browser does. */
export class RequestTurns {
  private readonly lines = new Map<string, Line>();
  private readonly bounds: TurnBounds;
  private readonly refuse: Refuse;

  constructor(bounds: Partial<TurnBounds> = {}, refuse: Refuse = refuseInText) {
    this.bounds = { ...usual, ...bounds };
    this.refuse = refuse;
  }

  /**
   * Waits for this request's turn, which ends when its answer was read or the line broke.
   * @returns false if it was answered that too many wait, or whoever asked has gone
   */
  async wait(hold: Hold, response: ServerResponse): Promise<boolean> {
    const key = holderOf(hold);
    const line = this.lines.get(key) ?? { running: 0, waiting: [] };
    this.lines.set(key, line);
    if (line.running < this.bounds.atOnce) line.running++;
    else {
      if (line.waiting.length >= this.bounds.waiting) {
        this.refuse(response, tooManyTurns);
        return false;
      }
      // Whose turn ends hands it on.
      await new Promise<void>((resolve) => line.waiting.push(resolve));
    }
    let over = false;
    const end = () => {
      if (over) return;
      over = true;
      const next = line.waiting.shift();
      if (next) return next();
      line.running--;
      if (line.running === 0) this.lines.delete(key);
    };
    if (response.destroyed || response.closed) {
      end();
      return false;
    }
    response.once("close", end);
    response.setTimeout(unreadMs, () => response.destroy());
    return true;
  }
}

function refuseInText(response: ServerResponse, { message, afterS }: typeof tooManyTurns): void {
  const retry = { "retry-after": String(afterS) };
  response.writeHead(429, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store", ...retry });
  response.end(message);
}
