/** Tidies package-lock.json after a change of dependencies: npm run lock */
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { tidyLock } from "./tidyLock.ts";

const file = resolve(import.meta.dirname, "../../package-lock.json");
const text = readFileSync(file, "utf8");
const tidied = tidyLock(text);
writeFileSync(file, tidied);
console.log(tidied === text ? "package-lock.json is tidy." : "package-lock.json was tidied.");
