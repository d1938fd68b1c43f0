import { existsSync, readdirSync } from "node:fs";
import { HelpRequest, UsageError } from "./lib/options.ts";

const here = new URL("./", import.meta.url);
const studies = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(new URL(`${entry.name}/main.ts`, here)))
  .map((entry) => entry.name)
  .toSorted();

const [name, ...flags] = process.argv.slice(2);
if (name === undefined || !studies.includes(name)) {
  const problem = name === undefined ? "Which study?" : `There is no study ${name}.`;
  console.error(`${problem} npm run example -- <name> [flags], with a name of:\n  ${studies.join("\n  ")}`);
  process.exit(2);
}

// A study is a plain script that reads its flags from the command line, as if it had been started itself.
const main = new URL(`${name}/main.ts`, here);
process.argv.splice(1, Number.POSITIVE_INFINITY, main.pathname, ...flags);
try {
  await import(main.href);
} catch (error) {
  if (error instanceof HelpRequest) console.log(error.message);
  else if (error instanceof UsageError) {
    console.error(`${name}: ${error.message}`);
    process.exitCode = 2;
  } else throw error;
}
