import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, lstatSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import { type Greeting, greeting as greetingSchema, type Hello } from "../../contract/workerProtocol.ts";
import { clearForFile, setAside } from "../run/setAside.ts";
import { messageOf, say } from "./log.ts";

const idFile = "worker-id";
const greetingFile = "greeting.json";

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
    this.id = this.read(idFile, parseId) ?? this.makeId();
    this.greeting = this.read(greetingFile, parseGreeting) ?? null;
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
    this.write(greetingFile, JSON.stringify(greeting));
    this.greeting = greeting;
  }

  /** This folder is a copy of another worker's: from now on it is one of its own. @throws when the disk refuses */
  renew(): void {
    this.id = this.makeId();
    this.greeting = null;
    this.write(greetingFile, "null");
  }

  private makeId(): string {
    const id = randomUUID();
    this.write(idFile, `${id}\n`);
    return id;
  }

  /** Twice: under another identity the worker could not send what it holds. @throws when the disk refuses */
  private write(name: string, text: string): void {
    for (const path of this.places(name)) writeDurably(path, text);
  }

  /** From the first of the two places that can be read; the other is mended. @returns null if neither can */
  private read<T>(name: string, parse: (text: string) => T): T | null {
    const places = this.places(name);
    for (const [at, path] of places.entries()) {
      try {
        if (!lstatSync(path, { throwIfNoEntry: false })) continue;
        const text = readFileSync(path, "utf8");
        const found = parse(text);
        if (at > 0) writeDurably(places[0], text);
        return found;
      } catch (error) {
        say(`${path} cannot be used (${messageOf(error)}): it is set aside as ${setAside(path)}`);
      }
    }
    return null;
  }

  private places(name: string): string[] {
    return [name, `${name}.copy`].map((each) => join(this.folder, each));
  }
}

function parseId(text: string): string {
  const id = text.trim();
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) throw new Error("it holds no identity");
  return id;
}

const parseGreeting = (text: string): Greeting | null => greetingSchema.nullable().parse(JSON.parse(text));

/** Whole or not at all, and there after a power cut too. */
function writeDurably(path: string, text: string): void {
  for (const name of [path, `${path}.new`]) clearForFile(name);
  const file = openSync(`${path}.new`, "w", 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.new`, path);
}
