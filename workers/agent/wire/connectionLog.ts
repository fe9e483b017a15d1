import { count, log } from "../../log.ts";

const sayAgainMs = 60_000;
/** A worker that a server started for itself does not outlive it for ever. */
const localPatienceMs = 5 * 60_000;

/** Says when the server goes, stays away and comes back, once each; and notices when waiting has lost its sense. */
export class ConnectionLog {
  private since: number | null = performance.now();
  private saidAt: number | null = null;
  private everUp = false;

  down(reason: string, working: number, unsent: number): void {
    this.since ??= performance.now();
    if (this.saidAt !== null && performance.now() - this.saidAt < sayAgainMs) return;
    this.saidAt = performance.now();
    const awayS = Math.round((performance.now() - this.since) / 1000);
    const doing = working > 0 ? `training continues with ${count(working, "run")}` : "still retrying";
    const spool = unsent > 0 ? `; the spool holds ${count(unsent, "event")}` : "";
    log(`Server not reachable${awayS > 0 ? ` for ${awayS} s` : ""} (${reason}): ${doing}${spool}`);
  }

  up(server: string, unsent: number): void {
    const awayS = this.since === null ? 0 : (performance.now() - this.since) / 1000;
    const sending = unsent > 0 ? `; sending ${count(unsent, "event")}` : "";
    log(this.everUp ? `Connected again after ${awayS.toFixed(1)} s${sending}` : `Connected to ${server}${sending}`);
    this.everUp = true;
    this.since = null;
    this.saidAt = null;
  }

  get isNeverConnected(): boolean {
    return !this.everUp;
  }

  isAwayTooLong(working: number): boolean {
    return working === 0 && this.since !== null && performance.now() - this.since > localPatienceMs;
  }
}
