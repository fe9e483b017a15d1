/**
 * Lists advisories for the locked dependencies where a registry answers, and says so where none does: npm run advisories
 * Ends with 1 if one of high or critical severity concerns what is installed to run the program.
 */
import { listAdvisories } from "./listAdvisories.ts";

const grave = ["high", "critical"];
const found = await listAdvisories();
if ("silence" in found) {
  console.log(`No registry provides advisories here, so nothing is known about the locked dependencies: ${found.silence}`);
  process.exit(0);
}
const { advisories, dependencies } = found;
for (const { name, severity, title, url, production } of advisories)
  console.log(`${severity.padEnd(8)}  ${name}${production ? "" : " (development only)"}: ${title} ${url}`);
const bad = advisories.filter(({ severity, production }) => production && grave.includes(severity)).length;
console.log(
  `${advisories.length} advisories for ${dependencies} locked dependencies; ${bad} of high or critical severity concern the program as it runs.`,
);
process.exit(bad > 0 ? 1 : 0);
