// Runs one program on @hml/patch alone, packed and installed as a user has it, in Node and in headless Chromium, and compares
// the numbers: examples/gap-tooth-alone/gap-tooth.ts, a nonlinear model in two dimensions. Without Chromium it says so and
// passes; CHROMIUM names another program.
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildSync } from "esbuild";
import { chromium } from "./chromium.js";
import { inTemporaryFolder, packAll, root, run, withDependencies } from "./workspace.js";

/**
 * Both engines do the same arithmetic; only exp and cos, in the initial state and the weights, are their own and may differ
 * in the last bit. The equation contracts, so nothing larger comes out of equal steps. (Adaptive steps at the edge of
 * stability follow the rounding: 1e-12.)
 */
const TOLERANCE = 1e-13;

const PROGRAM = `
import { rk4, solve } from "@hml/integrators";
import { colonies, scheme } from "./gap-tooth.ts";
const system = scheme(8, 1 / 3);
const { u, stats } = solve(rk4(system.rhs, system.size), colonies(system), [0, 1], { dt: 5e-3, saveAt: [0.5, 1] });
globalThis.answer = JSON.stringify({ values: Array.from(u), steps: stats.steps });
`;

if (chromium === undefined) {
  console.log("skipped: no Chromium on this machine (CHROMIUM names it)");
} else {
  await inTemporaryFolder(check);
}

function check(folder) {
  const project = join(folder, "project");
  mkdirSync(project);
  const tarballs = withDependencies(packAll(folder), ["@hml/patch"]).map(({ tarball }) => tarball);
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "user", private: true, type: "module" }));
  const installed = run("npm", ["install", "--ignore-scripts", "--prefer-offline", ...tarballs], project);
  if (!installed.ok) throw new Error(`npm install of the packed packages failed:\n${installed.output}`);

  copyFileSync(join(root, "examples/gap-tooth-alone/gap-tooth.ts"), join(project, "gap-tooth.ts"));
  writeFileSync(join(project, "program.ts"), PROGRAM);
  const [bundle] = buildSync({
    entryPoints: [join(project, "program.ts")],
    bundle: true,
    format: "iife",
    platform: "browser",
    write: false,
  }).outputFiles;

  const script = join(project, "in-node.cjs");
  writeFileSync(script, `${bundle.text}\nprocess.stdout.write(globalThis.answer);`);
  const inNode = answer("Node", run(process.execPath, [script], project));

  const page = join(project, "page.html");
  const shown = `${bundle.text}\ndocument.body.textContent = globalThis.answer;`;
  writeFileSync(page, `<!doctype html><meta charset="utf-8"><body><script>${shown}</script></body>`);
  const flags = ["--headless", "--no-sandbox", "--disable-gpu", `--user-data-dir=${join(folder, "profile")}`];
  const inPage = answer("Chromium", run(chromium, [...flags, "--dump-dom", pathToFileURL(page).href], project));

  const largest = Math.max(...inNode.values.map(Math.abs));
  const worst = Math.max(...inNode.values.map((value, k) => Math.abs(value - inPage.values[k]))) / largest;
  const version = run(chromium, ["--version"]).stdout.trim();
  const size = (bundle.contents.length / 1024).toFixed(0);
  console.log(
    `bundle ${size} kB, ${inNode.values.length} values, ${inNode.steps} steps; Node ${process.version}, ${version}`,
  );
  const same = inNode.values.length === inPage.values.length && inNode.steps === inPage.steps && worst <= TOLERANCE;
  console.log(`${same ? "ok    " : "FAILED"} Node and Chromium agree: largest relative difference ${worst}`);
  if (!same) process.exitCode = 1;
}

/** The JSON that a run printed, among whatever else. */
function answer(where, { output }) {
  const [json] = /\{"values".*\}/.exec(output) ?? [];
  if (json === undefined) throw new Error(`no answer from ${where}:\n${output}`);
  return JSON.parse(json);
}
