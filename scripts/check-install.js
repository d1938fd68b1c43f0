// Installs the packed tarballs as a user would, and checks what arrives.
//   1. @hml/patch alone in an empty project: it imports, brings only what it must, and no tfjs.
//   2. Every package in a second project: the README snippets are type-checked against the tarballs and run.
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import ts from "typescript";
import { readmeSnippets } from "./readme-snippets.js";
import { binary, inTemporaryFolder, packAll, readJson, root, run, withDependencies } from "./workspace.js";

const failures = [];

/** Prints one line for a check; remembers what failed, and says why. */
function check(what, ok, why) {
  console.log(`${ok ? "ok    " : "FAILED"} ${what}`);
  if (ok) return;
  failures.push(what);
  console.error(why);
}

/** Makes a project that has `tarballs` installed; returns the installed packages as `name@version`. */
function install(folder, tarballs, others = []) {
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "user", private: true, type: "module" }));
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--save-exact"];
  const { ok, output } = run("npm", ["install", ...options, ...tarballs, ...others], folder);
  if (!ok) throw new Error(`npm install of ${tarballs.map((path) => basename(path)).join(", ")} failed:\n${output}`);
  return Object.entries(readJson(join(folder, "package-lock.json")).packages)
    .filter(([path]) => path !== "")
    .map(([path, { version }]) => `${path.slice(path.lastIndexOf("node_modules/") + 13)}@${version}`)
    .toSorted();
}

/** What installing `packages` may bring: themselves and the dependencies from outside that they name. */
function expected(packages) {
  const names = packages.flatMap(({ name, manifest }) => [name, ...Object.keys(manifest.dependencies ?? {})]);
  return [...new Set(names)].toSorted();
}

function checkPatchAlone(folder, packages) {
  const installed = install(
    folder,
    packages.map(({ tarball }) => tarball),
  );
  console.log(`installed with @hml/patch: ${installed.join(", ")}`);
  const names = installed.map((entry) => entry.slice(0, entry.lastIndexOf("@")));
  check("no tfjs in the tree", !names.some((name) => /tensorflow|tfjs/.test(name)), installed.join("\n"));
  const wanted = expected(packages);
  check("nothing beside the named dependencies", names.join() === wanted.join(), `expected ${wanted.join(", ")}`);
  const program = `import { patchDynamics } from "@hml/patch"; if (typeof patchDynamics !== "function") throw 1;`;
  const { ok, output } = run(process.execPath, ["--input-type=module", "--eval", program], folder);
  check("@hml/patch imports", ok, output);
  // One snippet shows what other packages add to it.
  const alone = (code) => [...code.matchAll(/from "(@hml\/[^"/]+)/g)].every(([, name]) => names.includes(name));
  runSnippets(
    folder,
    readmeSnippets().filter(({ readme, code }) => readme === "packages/patch/README.md" && alone(code)),
  );
}

function checkEverything(folder, packages) {
  // What a user adds by hand: types of Node, and the optional peers with a backend.
  const { devDependencies } = readJson(join(root, "package.json"));
  const added = ["@types/node", ...["core", "layers", "backend-cpu"].map((part) => `@tensorflow/tfjs-${part}`)];
  install(
    folder,
    packages.map(({ tarball }) => tarball),
    added.map((name) => `${name}@${devDependencies[name]}`),
  );
  for (const { name, manifest } of packages) {
    for (const entry of Object.keys(manifest.exports)) {
      const specifier = name + entry.slice(1);
      const program = `await import(${JSON.stringify(specifier)})`;
      const { ok, output } = run(process.execPath, ["--input-type=module", "--eval", program], folder);
      check(`${specifier} imports`, ok, output);
    }
  }
  const snippets = readmeSnippets();
  typeCheck(folder, packages, snippets);
  runSnippets(folder, snippets);
}

/** Type-checks the snippets and the declarations of the packages, strictly, as a user's own tsc does. */
function typeCheck(folder, packages, snippets) {
  const entries = packages.flatMap(({ name, manifest }) =>
    Object.keys(manifest.exports).map((entry) => name + entry.slice(1)),
  );
  for (const { file, code } of snippets) writeFileSync(join(folder, file), code);
  // The declarations of TensorFlow.js do not pass a strict check of libraries; only what needs them is spared it.
  const needsPeers = (text) => /\/tfjs"?$|@tensorflow\/|\/tfjs"/.test(text);
  for (const [spared, what] of [
    [false, "types"],
    [true, "types with TensorFlow.js"],
  ]) {
    const chosen = entries.filter((entry) => needsPeers(entry) === spared);
    const files = snippets.filter(({ code }) => needsPeers(code) === spared).map(({ file }) => file);
    typeCheckFiles(
      folder,
      chosen,
      files,
      spared,
      `${what} of ${chosen.length} entries and ${files.length} README snippets`,
    );
  }
}

function typeCheckFiles(folder, entries, snippets, skipLibCheck, what) {
  writeFileSync(
    join(folder, "entries.ts"),
    entries.map((entry) => `export type {} from ${JSON.stringify(entry)};\n`).join(""),
  );
  const compilerOptions = {
    target: "ES2022",
    lib: ["ES2023", "DOM"],
    module: "NodeNext",
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck,
    types: ["node"],
    noEmit: true,
  };
  const files = ["entries.ts", ...snippets];
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
  const { ok, output } = run(binary("tsc"), ["--project", folder], folder);
  check(what, ok, output);
}

function runSnippets(folder, snippets) {
  for (const { file, code, readme, runs } of snippets) {
    if (!runs) continue;
    const target = join(folder, file.replace(/\.ts$/, ".js"));
    const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
    writeFileSync(target, ts.transpileModule(code, { compilerOptions, fileName: file }).outputText);
    const { ok, output } = run(process.execPath, [target], folder);
    check(`${file} of ${readme} runs`, ok, output);
  }
}

await inTemporaryFolder(async (folder) => {
  const tarballs = join(folder, "tarballs");
  mkdirSync(tarballs);
  const packages = packAll(tarballs);
  checkPatchAlone(join(folder, "patch-alone"), withDependencies(packages, ["@hml/patch"]));
  checkEverything(join(folder, "everything"), packages);
});
if (failures.length > 0) {
  console.error(`${failures.length} of the checks failed`);
  process.exitCode = 1;
}
