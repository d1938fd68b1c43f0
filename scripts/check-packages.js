// Checks the tarball of every published package: its form (publint), its types (attw) and the rules of the supply chain.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { dependencyTableProblems } from "./dependency-table.js";
import { binary, inTemporaryFolder, packAll, readJson, root, run } from "./workspace.js";

const INSTALL_SCRIPTS = ["preinstall", "install", "postinstall", "prepare", "prepublish", "prepack", "postpack"];
/** Packages that depend on packages of ours alone. */
const WITHOUT_OUTSIDERS = new Set(["@hml/patch", "@hml/metrics", "@hml/lift-restrict"]);
const MOST_OUTSIDERS = 3;
/** What a library file must not hold: code from strings, and what exists in Node alone. */
const FORBIDDEN = [
  [/\beval\s*\(/, "eval"],
  [/\bnew Function\s*\(/, "new Function"],
  [/\brequire\s*\(/, "require"],
  [/\bprocess\.env\b/, "process.env"],
  [/\bfetch\s*\(|XMLHttpRequest|WebSocket/, "network access"],
];

function manifestProblems({ name, folder, manifest }) {
  const problems = [];
  for (const script of INSTALL_SCRIPTS) {
    if (manifest.scripts?.[script] !== undefined) problems.push(`has the script ${script}`);
  }
  const dependencies = Object.keys(manifest.dependencies ?? {});
  const outsiders = dependencies.filter((dependency) => !dependency.startsWith("@hml/"));
  const most = WITHOUT_OUTSIDERS.has(name) ? 0 : MOST_OUTSIDERS;
  if (outsiders.length > most) problems.push(`depends on ${outsiders.join(", ")}; at most ${most} allowed`);
  if (dependencies.includes("@hml/guard")) problems.push("depends on @hml/guard, which is private and bundled");
  for (const [dependency, version] of Object.entries(manifest.dependencies ?? {})) {
    if (!/^\d+\.\d+\.\d+$/.test(version)) problems.push(`dependency ${dependency} is ${version}, not an exact version`);
  }
  if (manifest.type !== "module") problems.push("is not an ES module");
  if (manifest.license !== "MIT") problems.push(`states licence ${manifest.license}`);
  const engines = readJson(join(root, "package.json")).engines.node;
  if (manifest.engines?.node !== engines) problems.push(`engines.node must be ${engines}`);
  if (readFileSync(join(folder, "LICENSE"), "utf8") !== readFileSync(join(root, "LICENSE"), "utf8")) {
    problems.push("LICENSE differs from the repository's");
  }
  return problems;
}

function contentProblems({ folder, files }) {
  const problems = [];
  for (const required of ["package.json", "README.md", "LICENSE"]) {
    if (!files.includes(required)) problems.push(`the tarball lacks ${required}`);
  }
  for (const file of files) {
    const allowed =
      ["package.json", "README.md", "LICENSE", "CHANGELOG.md"].includes(file) || /^(dist|src)\//.test(file);
    if (!allowed) problems.push(`the tarball holds ${file}`);
    if (/\.test(-d)?\.ts$|(^|\/)\.|binding\.gyp$|\.node$/.test(file)) problems.push(`the tarball holds ${file}`);
    const text = readFileSync(join(folder, file), "utf8");
    if (file.startsWith("dist/") && file.endsWith(".js")) {
      if (/from\s*["']@hml\/guard/.test(text)) problems.push(`${file} imports @hml/guard, which nobody can install`);
      for (const [pattern, what] of FORBIDDEN) if (pattern.test(text)) problems.push(`${file} holds ${what}`);
    }
    if (file.endsWith(".d.ts") && text.includes("@hml/guard")) problems.push(`${file} mentions @hml/guard`);
    if (file.endsWith(".map")) {
      const outside = JSON.parse(text).sources.filter((source) => /^(\/|[A-Za-z]:|file:)/.test(source));
      if (outside.length > 0) problems.push(`${file} maps to absolute paths: ${outside.join(", ")}`);
    }
  }
  return problems;
}

async function formProblems({ tarball }) {
  const bytes = readFileSync(tarball);
  const { messages, pkg } = await publint({
    pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) },
    strict: true,
  });
  const problems = messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false })}`);
  const { ok, output } = run(
    binary("attw"),
    ["--profile", "esm-only", "--no-emoji", "--format", "ascii", tarball],
    root,
  );
  if (!ok) problems.push(`attw:\n${output}`);
  return problems;
}

function lockProblems() {
  const lock = readJson(join(root, "package-lock.json"));
  const problems = lock.lockfileVersion === 3 ? [] : [`lockfileVersion is ${lock.lockfileVersion}, not 3`];
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (!path.includes("node_modules/") || entry.link === true || entry.inBundle === true) continue;
    if (!entry.integrity?.startsWith("sha512-")) problems.push(`${path} has no sha512 integrity`);
    if (/^(git|http:)/.test(entry.resolved ?? "")) problems.push(`${path} comes from ${entry.resolved}`);
  }
  return problems.map((problem) => `package-lock.json: ${problem}`);
}

await inTemporaryFolder(async (folder) => {
  const packages = packAll(folder);
  const problems = [...lockProblems(), ...dependencyTableProblems(packages)];
  for (const item of packages) {
    const found = [...manifestProblems(item), ...contentProblems(item), ...(await formProblems(item))];
    const kilobytes = (item.size / 1000).toFixed(0);
    console.log(
      `${found.length === 0 ? "ok    " : "FAILED"} ${item.name}: ${item.files.length} files, ${kilobytes} kB`,
    );
    for (const problem of found) problems.push(`${item.name}: ${problem}`);
  }
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
});
