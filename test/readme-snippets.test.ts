import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { readmeSnippets } from "../scripts/readme-snippets.js";

const root = fileURLToPath(new URL("..", import.meta.url));
// Inside the repository, so that @hml/* is found in node_modules as it is by a user.
const folder = join(root, "out/readme-snippets");
const snippets = readmeSnippets();

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { file, code } of snippets) writeFileSync(join(folder, file), code);
  // Unlike the repository's own code, a snippet may make a value only to show how.
  const compilerOptions = { noUnusedLocals: false };
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ extends: "../../tsconfig.json", compilerOptions, include: ["*.ts"], exclude: [] }),
  );
});

/** Runs a program of node_modules and gives what it said when it failed, else nothing. */
function failure(name: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(join(root, "node_modules/.bin", name), args, { cwd: root, timeout: 50_000 }, (error, stdout, stderr) => {
      resolve(error === null ? "" : `${error.message}\n${stdout}${stderr}`);
    });
  });
}

describe("the snippets of the READMEs", () => {
  it("exist for the repository and for every published package", () => {
    const published = readdirSync(join(root, "packages")).filter((name) => name !== "guard");
    const expected = ["README.md", ...published.map((name) => `packages/${name}/README.md`)];
    expect([...new Set(snippets.map(({ readme }) => readme))].toSorted()).toEqual(expected.toSorted());
  });

  it("pass the type check of the repository", async () => {
    expect(await failure("tsc", ["--project", folder])).toBe("");
  });

  for (const { file, readme, runs } of snippets) {
    it.runIf(runs).concurrent(`run: ${file} of ${readme}`, async (test) => {
      test.expect(await failure("tsx", ["--conditions", "hml-source", join(folder, file)])).toBe("");
    });
  }
});
