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
  const place = (item, above) => {
    if (ordered.includes(item)) return;
    const path = [...above, item.name];
    if (above.includes(item.name)) throw new Error(`packages depend on each other: ${path.join(" -> ")}`);
    for (const other of all) if (item.manifest.dependencies?.[other.name] !== undefined) place(other, path);
    ordered.push(item);
  };
  for (const item of all) place(item, []);
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

/** Packs every built package into `folder`: the packages with the path of their `tarball`, its `files` and its `size`. */
export function packAll(folder) {
  return publishedPackages().map(({ name, folder: source, manifest }) => {
    if (!existsSync(join(source, "dist", "index.js"))) throw new Error(`${name} is not built: npm run build first`);
    const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
    const { ok, output, stdout } = run("npm", args, source);
    if (!ok) throw new Error(`npm pack of ${name} failed:\n${output}`);
    const [{ filename, files, size }] = JSON.parse(stdout);
    const paths = files.map(({ path }) => path);
    return { name, folder: source, manifest, tarball: join(folder, filename), files: paths, size };
  });
}
