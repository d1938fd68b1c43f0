import { publishedPackages, root } from "./lib/packages.js";
import { run, tool } from "./lib/run.js";
import path from "node:path";

/** Builds every published package with tsup, each after those that it depends on. `npm run build -- patch` builds one. */
const wanted = process.argv.slice(2);
const packages = publishedPackages();
const known = packages.map((item) => path.basename(item.folder));
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`build: no package ${unknown.join(", ")}; known: ${known.join(", ")}`);
  process.exit(2);
}
let failed = 0;
for (const { name, folder } of packages) {
  if (wanted.length > 0 && !wanted.includes(path.basename(folder))) continue;
  const started = performance.now();
  try {
    run(tool("tsup"), ["--silent"], { cwd: folder });
    console.log(`${name.padEnd(20)} ${((performance.now() - started) / 1000).toFixed(1)} s`);
  } catch (error) {
    failed++;
    console.error(`${name} (${path.relative(root, folder)})\n${error.message}`);
  }
}
process.exitCode = failed > 0 ? 1 : 0;
