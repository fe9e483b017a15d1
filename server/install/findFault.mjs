// Plain JavaScript that imports no package: it has to run where nothing is installed, on any Node.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * What is wrong with the installation in a folder, in one line that names the way out; null: nothing.
 * @param {string} root folder of package.json
 * @param {{ tests?: boolean, canRunTypeScript?: boolean }} [needs] tests: whether what only tests need must be there too
 * @returns {string | null}
 */
export function findFault(root, { tests = false, canRunTypeScript = Boolean(process.features.typescript) } = {}) {
  const command = tests ? "npm ci" : "npm ci --omit=dev";
  const modules = join(root, "node_modules");
  if (!existsSync(modules)) return `The packages are not installed yet: run "${command}" in ${root} first.`;
  const { dependencies, devDependencies } = readJson(join(root, "package.json"));
  const missing = listMissing(modules, dependencies);
  if (missing.length > 0) return `${listed(missing)}: run "${command}" in ${root}, then try again.`;
  if (!canRunTypeScript)
    return existsSync(join(modules, "node/bin/node"))
      ? `Node ${process.version} is too old for this program, which brings its own: start it with "npm start" or "npm run …".`
      : `Node ${process.version} is too old for this program, and its own is missing, because npm was told to run no install scripts: run "${command} --ignore-scripts=false" in ${root}.`;
  const missingForTests = tests ? listMissing(modules, devDependencies) : [];
  if (missingForTests.length > 0)
    return `This needs the development packages too. ${listed(missingForTests)}: run "npm ci" in ${root}, without --omit=dev.`;
  return null;
}

/** Every version in package.json is exact, so that of what is installed has to be the same; npm:name@version is a package by another name. */
function listMissing(modules, versions) {
  return Object.entries(versions).flatMap(([name, wanted]) => {
    const version = wanted.slice(wanted.lastIndexOf("@") + 1);
    const file = join(modules, name, "package.json");
    if (!existsSync(file)) return [`${name} is missing`];
    const installed = readJson(file).version;
    return installed === version ? [] : [`${name} is installed in version ${installed} instead of ${version}`];
  });
}

function listed(faults) {
  const more = faults.length - 3;
  return faults.slice(0, 3).join(", ") + (more > 0 ? `, and ${more} more` : "");
}

function readJson(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}
