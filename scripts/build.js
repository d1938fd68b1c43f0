// Builds every published package by its own tsup.config.ts, dependencies first; `npm run build -- patch` builds one.
import { basename } from "node:path";
import { binary, publishedPackages, run } from "./workspace.js";

const wanted = process.argv.slice(2);
const packages = publishedPackages();
const known = packages.map(({ folder }) => basename(folder));
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`build: no published package ${unknown.join(", ")}; known: ${known.join(", ")}`);
  process.exit(2);
}
for (const { name, folder } of packages) {
  if (wanted.length > 0 && !wanted.includes(basename(folder))) continue;
  const start = performance.now();
  const { ok, output } = run(binary("tsup"), [], folder);
  console.log(`${ok ? "built " : "FAILED"} ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  if (ok) continue;
  console.error(output);
  process.exitCode = 1;
}
