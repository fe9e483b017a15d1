import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import { type Greeting, greeting as greetingSchema, type Hello } from "../../contract/workerProtocol.ts";

/**
 * Who this worker is: a name made once and kept in its folder, and the last greeting that its server gave it. The greeting changes with
 * each connection, so that of two workers on copies of one folder one is noticed by its old greeting.
 */
export class Identity {
  private readonly folder: string;
  /** Of this process. */
  private readonly instance = randomUUID();
  private id: string;
  private greeting: Greeting | null;

  constructor(folder: string) {
    this.folder = folder;
    this.id = this.readId() ?? this.makeId();
    this.greeting = this.readGreeting();
  }

  get workerId(): string {
    return this.id;
  }

  get nonce(): string | undefined {
    return this.greeting?.nonce;
  }

  introduce(): NonNullable<Hello["identity"]> {
    return { instance: this.instance, greeting: this.greeting };
  }

  /** @throws when the disk refuses */
  heard(greeting: Greeting): void {
    writeDurably(join(this.folder, "greeting.json"), JSON.stringify(greeting));
    this.greeting = greeting;
  }

  /** This folder is a copy of another worker's: from now on it is one of its own. @throws when the disk refuses */
  renew(): void {
    this.id = this.makeId();
    this.greeting = null;
    writeDurably(join(this.folder, "greeting.json"), "null");
  }

  private readId(): string | null {
    try {
      const known = readFileSync(join(this.folder, "worker-id"), "utf8").trim();
      return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(known) ? known : null;
    } catch {
      return null;
    }
  }

  private makeId(): string {
    const id = randomUUID();
    writeDurably(join(this.folder, "worker-id"), `${id}\n`);
    return id;
  }

  private readGreeting(): Greeting | null {
    try {
      return greetingSchema.parse(JSON.parse(readFileSync(join(this.folder, "greeting.json"), "utf8")));
    } catch {
      return null;
    }
  }
}

/** Whole or not at all, and there after a power cut too. */
function writeDurably(path: string, text: string): void {
  const file = openSync(`${path}.new`, "w", 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.new`, path);
}
