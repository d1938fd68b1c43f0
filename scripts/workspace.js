import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root folder, without a slash at the end. */
export const root = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");

/** Path of a program that a development dependency brings. */
export function binary(name) {
  return join(root, "node_modules", ".bin", name);
}

/** Reads a JSON file. */
export function readJson(path) {
  return JSON.parse(readFileSync(path, "utf8"));
}

/**
 * The packages that are published, each after the packages it depends on: `{ name, folder, manifest }`.
 * A private package (`@hml/guard`) is bundled into these and is not listed.
 */
export function publishedPackages() {
  const all = readdirSync(join(root, "packages"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(root, "packages", entry.name, "package.json")))
    .map((entry) => {
      const folder = join(root, "packages", entry.name);
      const manifest = readJson(join(folder, "package.json"));
      return { name: manifest.name, folder, manifest };
    })
    .filter(({ manifest }) => manifest.private !== true)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const ordered = [];
  const visit = (pack, path) => {
    if (ordered.includes(pack)) return;
    if (path.includes(pack.name))
      throw new Error(`packages depend on each other: ${[...path, pack.name].join(" -> ")}`);
    for (const dependency of all) {
      if (pack.manifest.dependencies?.[dependency.name] !== undefined) visit(dependency, [...path, pack.name]);
    }
    ordered.push(pack);
  };
  for (const pack of all) visit(pack, []);
  return ordered;
}

/** The named packages and every package of ours that they depend on, in the order of `packages`. */
export function withDependencies(packages, names) {
  const wanted = new Set(names);
  for (const { name, manifest } of packages.toReversed()) {
    if (!wanted.has(name)) continue;
    for (const dependency of Object.keys(manifest.dependencies ?? {})) wanted.add(dependency);
  }
  return packages.filter(({ name }) => wanted.has(name));
}

/** Runs a program to its end: `{ ok, output }`, output being what it wrote to both streams. */
export function run(command, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" },
  });
  if (error) throw error;
  return { ok: status === 0, output: `${stdout}${stderr}`, stdout };
}

/** Makes a temporary folder, hands it to `use`, and removes it whatever happens. */
export async function inTemporaryFolder(use) {
  const folder = mkdtempSync(join(tmpdir(), "hml-"));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Packs a built package into `folder`: `{ tarball, files }` with the path of the tarball and the files inside. */
export function pack({ name, folder: source }, folder) {
  if (!existsSync(join(source, "dist", "index.js"))) throw new Error(`${name} is not built: run npm run build first`);
  const { ok, output, stdout } = run(
    "npm",
    ["pack", "--json", "--ignore-scripts", "--pack-destination", folder],
    source,
  );
  if (!ok) throw new Error(`npm pack of ${name} failed:\n${output}`);
  const [{ filename, files }] = JSON.parse(stdout);
  return { tarball: join(folder, filename), files: files.map(({ path }) => path) };
}
