import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { publishedPackages, root } from "./workspace.js";

/**
 * The ```ts blocks of the README of the repository and of each published package, in file order. Each stands alone.
 * "```ts no-run" marks a block that is type-checked and not run.
 */
export function readmeSnippets() {
  const readmes = [
    { name: "readme", readme: "README.md" },
    ...publishedPackages().map(({ folder }) => {
      const name = basename(folder);
      return { name, readme: `packages/${name}/README.md` };
    }),
  ];
  return readmes
    .filter(({ readme }) => existsSync(join(root, readme)))
    .flatMap(({ name, readme }) => {
      const text = readFileSync(join(root, readme), "utf8");
      return [...text.matchAll(/^```ts\b(.*)\n([\s\S]*?)^```$/gm)].map(([, mark = "", code = ""], index) => ({
        file: `${name}-${index + 1}.ts`,
        readme,
        code,
        runs: mark.trim() !== "no-run",
      }));
    });
}
