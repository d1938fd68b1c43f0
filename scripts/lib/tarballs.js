import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { publishedPackages } from "./packages.js";
import { run } from "./run.js";

/**
 * Packs every published package into one folder. What npm would upload is what is looked at, never the work tree.
 * @param {string} folder
 */
export function packAll(folder) {
  return publishedPackages().map((item) => {
    const [packed] = JSON.parse(run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], { cwd: item.folder }));
    return {
      ...item,
      tarball: path.join(folder, packed.filename),
      files: packed.files.map((file) => file.path).toSorted(),
      size: packed.size,
    };
  });
}

/** A new folder that is gone when `work` is done. */
export async function inTemporaryFolder(work) {
  const folder = mkdtempSync(path.join(tmpdir(), "hml-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The text of a file that is part of a package. */
export const read = (item, file) => readFileSync(path.join(item.folder, file), "utf8");
