import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root folder. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

/**
 * The packages that are published, each after those that it depends on.
 * @returns {{ name: string, folder: string, manifest: Record<string, any> }[]}
 */
export function publishedPackages() {
  const found = new Map();
  for (const entry of readdirSync(path.join(root, "packages")).toSorted()) {
    const folder = path.join(root, "packages", entry);
    const manifest = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
    if (manifest.private !== true) found.set(manifest.name, { name: manifest.name, folder, manifest });
  }
  const ordered = new Set();
  const place = (item, above) => {
    if (above.includes(item.name)) throw new Error(`packages depend in a circle: ${[...above, item.name].join(" -> ")}`);
    for (const name of Object.keys(item.manifest.dependencies ?? {})) {
      if (found.has(name)) place(found.get(name), [...above, item.name]);
    }
    ordered.add(item);
  };
  for (const item of found.values()) place(item, []);
  return [...ordered];
}
