import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { answers } from "../../db/answers.ts";
import type { Database } from "../../db/database.ts";
import { answerText } from "./answerText.ts";

/** Balancers ask often: an answer of the database counts for so long, ms. */
const freshMs = 1_000;
/** A database that takes longer counts as away. */
const answerMs = 2_000;
/** Requests under way when the server stops get so long to end. */
const endMs = 3_000;
const lookMs = 20;

/** Tells balancers and probes whether this server takes requests, and lets those under way end when it stops. */
export class Readiness {
  private database: Database | null = null;
  private draining = false;
  private asked: { at: number; answer: Promise<boolean> } | null = null;
  private underWay = 0;

  /** From now on it serves. */
  ready(database: Database): void {
    this.database = database;
  }

  /**
   * From now on it is not to be given new requests; those that come are still answered, each on a connection that ends with it.
   * @returns whether it served until now
   */
  drain(): boolean {
    const served = this.database !== null && !this.draining;
    this.draining = true;
    return served;
  }

  /** Counts a request until it is answered. */
  count(response: ServerResponse): void {
    this.underWay++;
    if (this.draining) response.shouldKeepAlive = false;
    response.once("close", () => this.underWay--);
  }

  /** Once every request that is under way is answered, or has taken too long. */
  async settled(): Promise<void> {
    for (const deadline = performance.now() + endMs; this.underWay > 0 && performance.now() < deadline; ) await sleep(lookMs);
  }

  /**
   * Answers /livez (the process runs) and /readyz (requests may come here: 200, or 503 with a word), to anyone by whatever Host:
   * probes send none of ours. @returns whether it was one of them
   */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const path = request.url?.split("?", 1)[0];
    if ((path !== "/livez" && path !== "/readyz") || (request.method !== "GET" && request.method !== "HEAD")) return false;
    const problem = path === "/livez" ? null : await this.problem();
    answerText(response, problem === null ? 200 : 503, problem ?? "ok", { "x-content-type-options": "nosniff" });
    return true;
  }

  private async problem(): Promise<string | null> {
    if (this.draining) return "draining";
    const { database } = this;
    if (database === null) return "starting";
    if (this.asked === null || performance.now() - this.asked.at > freshMs)
      this.asked = { at: performance.now(), answer: answers(database, answerMs) };
    return (await this.asked.answer) ? null : "database";
  }
}
