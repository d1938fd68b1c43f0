import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = new URL("./", import.meta.url);
const benchmarks = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(new URL(`${entry.name}/main.ts`, here)))
  .map((entry) => entry.name)
  .toSorted();

const [name, ...flags] = process.argv.slice(2);
const unknown = flags.filter((flag) => flag !== "--quick");
if (name === undefined || !benchmarks.includes(name)) {
  const problem = name === undefined ? "Which benchmark?" : `There is no benchmark ${name}.`;
  console.error(`${problem} npm run bench -- <name> [--quick], with a name of:\n  ${benchmarks.join("\n  ")}`);
  process.exit(2);
}
if (unknown.length > 0) {
  console.error(`${name}: unknown flag ${unknown.join(" ")}; the only one is --quick`);
  process.exit(2);
}

// A benchmark is a plain script that reads its flags from the command line, as if it had been started itself.
const main = new URL(`${name}/main.ts`, here);
process.argv.splice(1, Number.POSITIVE_INFINITY, fileURLToPath(main), ...flags);
await import(main.href);
