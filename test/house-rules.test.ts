import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../", import.meta.url));

/** Which packages of ours a package may import; the private guard is open to all. See docs/architecture.md. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  guard: [],
  integrators: [],
  kernels: [],
  metrics: [],
  "pde-features": [],
  "lift-restrict": ["integrators"],
  patch: ["integrators", "lift-restrict"],
  nets: ["integrators", "kernels"],
  systems: ["integrators", "kernels"],
};

/** Folders behind a subpath of their own that says in its name that it needs Node. */
const NODE_ONLY = ["packages/integrators/src/threads/"];

/** Files above the soft cap of 300 lines, and why each is better whole. */
const LONG: Readonly<Record<string, string>> = {
  "packages/integrators/src/stiff/radau.ts":
    "one run of the method: trial, error estimate, acceptance and step control share its state and are read together",
};

const MAX_LINES = 300;
const DRAWERS = /(^|[-/])(utils?|helpers?|misc|common)([-./]|$)/;
const FORBIDDEN_CALLS = new Set(["Math.pow", "Math.hypot", "Math.random", "Date.now"]);
const FORBIDDEN_GLOBALS = new Set(["console", "process", "Buffer", "require"]);

interface Source {
  readonly file: string;
  readonly package: string;
  readonly text: string;
  readonly nodeOnly: boolean;
}

const sources: readonly Source[] = readdirSync(path.join(root, "packages")).flatMap((name) =>
  readdirSync(path.join(root, "packages", name, "src"), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.[jt]s$/.test(file) && !/\.test(-d)?\.ts$/.test(file))
    .map((file) => {
      const place = path.posix.join("packages", name, "src", file.replaceAll(path.sep, "/"));
      return {
        file: place,
        package: name,
        text: readFileSync(path.join(root, place), "utf8"),
        nodeOnly: NODE_ONLY.some((folder) => place.startsWith(folder)),
      };
    }),
);

/** What the rules say against one file, as `line: what`. */
function violations({
  file,
  text,
  package: name,
  nodeOnly,
}: Omit<Source, "nodeOnly"> & { nodeOnly?: boolean }): string[] {
  const found: string[] = [];
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true);
  const report = (node: ts.Node, what: string): void => {
    found.push(`${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}: ${what}`);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isBinaryExpression(node)) {
      const { kind } = node.operatorToken;
      if (kind === ts.SyntaxKind.AsteriskAsteriskToken || kind === ts.SyntaxKind.AsteriskAsteriskEqualsToken) {
        report(node, "** differs from repeated multiplication between engines");
      }
    }
    if (ts.isPropertyAccessExpression(node)) {
      const called = node.getText();
      if (FORBIDDEN_CALLS.has(called)) report(node, `${called} is not deterministic across engines and runs`);
    }
    if (ts.isElementAccessExpression(node) && node.expression.getText() === "Math")
      report(node, "Math by a computed name");
    if (ts.isVariableDeclaration(node) && node.initializer?.getText() === "Math") report(node, "Math taken apart");
    if (ts.isNewExpression(node) && node.expression.getText() === "Date") report(node, "new Date reads the clock");
    if ((ts.isWhileStatement(node) || ts.isDoStatement(node)) && isAlwaysTrue(node.expression)) {
      report(node, "a loop needs a cap");
    }
    if (ts.isForStatement(node) && (node.condition === undefined || isAlwaysTrue(node.condition))) {
      report(node, "a loop needs a cap");
    }
    if (!nodeOnly && ts.isIdentifier(node) && FORBIDDEN_GLOBALS.has(node.text) && isGlobalUse(node)) {
      report(node, `${node.text} is not for library code`);
    }
    const target = moduleOf(node);
    if (target !== undefined) {
      const complaint = importProblem(target, file, name, nodeOnly === true);
      if (complaint !== undefined) report(node, complaint);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isAlwaysTrue(condition: ts.Expression): boolean {
  return (
    condition.kind === ts.SyntaxKind.TrueKeyword || (ts.isNumericLiteral(condition) && Number(condition.text) !== 0)
  );
}

/** Whether an identifier is read as a global: the head of a property access or of a call. */
function isGlobalUse(node: ts.Identifier): boolean {
  const { parent } = node;
  return (ts.isPropertyAccessExpression(parent) || ts.isCallExpression(parent)) && parent.expression === node;
}

/** The module that a node imports, statically, dynamically or in a type. */
function moduleOf(node: ts.Node): string | undefined {
  if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier) {
    return ts.isStringLiteral(node.moduleSpecifier) ? node.moduleSpecifier.text : undefined;
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [argument] = node.arguments;
    return argument && ts.isStringLiteral(argument) ? argument.text : undefined;
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return node.argument.getText().slice(1, -1);
  return undefined;
}

function importProblem(target: string, file: string, name: string, nodeOnly: boolean): string | undefined {
  if (target.startsWith("node:")) return nodeOnly ? undefined : `${target} does not exist in a browser`;
  if (target.startsWith(".")) {
    const place = path.posix.join(path.posix.dirname(file), target);
    if (!place.startsWith(`packages/${name}/src/`)) return `${target} leaves the package`;
    return /\.test(-d)?\.ts$/.test(place) ? `${target} is a test` : undefined;
  }
  const [, inside] = /^@hml\/([^/]+)/.exec(target) ?? [];
  if (inside !== undefined) {
    const allowed = inside === "guard" || ARROWS[name]?.includes(inside) === true;
    return allowed ? undefined : `the arrow ${name} -> ${inside} is not in the plan of the house`;
  }
  const { dependencies = {}, peerDependencies = {} } = manifest(name);
  const owner = target
    .split("/")
    .slice(0, target.startsWith("@") ? 2 : 1)
    .join("/");
  return owner in dependencies || owner in peerDependencies ? undefined : `${owner} is not among the dependencies`;
}

function manifest(name: string): { dependencies?: Record<string, string>; peerDependencies?: Record<string, string> } {
  return JSON.parse(readFileSync(path.join(root, "packages", name, "package.json"), "utf8"));
}

describe("the house rules hold in every package", () => {
  it("has sources to look at", () => {
    expect(sources.length).toBeGreaterThan(50);
    for (const { package: name } of sources) expect(Object.keys(ARROWS)).toContain(name);
  });

  it("no power operator, no clock, no chance, no endless loop, no arrow out of plan, nothing of Node in a library", () => {
    const found = sources.flatMap((source) => violations(source).map((what) => `${source.file}:${what}`));
    expect(found).toEqual([]);
  });

  it(`no file above ${MAX_LINES} lines without a reason`, () => {
    const long = sources.filter(({ text }) => text.trimEnd().split("\n").length > MAX_LINES).map(({ file }) => file);
    expect(long.filter((file) => LONG[file] === undefined)).toEqual([]);
    expect(Object.keys(LONG).filter((file) => !long.includes(file))).toEqual([]);
  });

  it("no drawers named after nothing", () => {
    expect(sources.map(({ file }) => file).filter((file) => DRAWERS.test(file))).toEqual([]);
  });

  it("package.json depends on packages of ours along the arrows only", () => {
    const wrong = Object.keys(ARROWS).flatMap((name) => {
      if (!sources.some((source) => source.package === name)) return [];
      const ours = Object.keys(manifest(name).dependencies ?? {}).filter((other) => other.startsWith("@hml/"));
      return ours
        .filter((other) => ARROWS[name]?.includes(other.slice(5)) !== true)
        .map((other) => `${name} -> ${other}`);
    });
    expect(wrong).toEqual([]);
  });

  it("index.ts only re-exports", () => {
    const bodies = sources.filter(({ file }) => /^packages\/[^/]+\/src\/index\.ts$/.test(file));
    for (const { file, text } of bodies) {
      const { statements } = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext);
      expect(
        statements.filter((node) => !(ts.isExportDeclaration(node) && node.moduleSpecifier)),
        file,
      ).toEqual([]);
    }
  });
});

describe("the rules themselves", () => {
  const against = (text: string, name = "patch"): string[] =>
    violations({ file: `packages/${name}/src/a.ts`, package: name, text });

  it.each([
    "x ** 2;",
    "x **= 2;",
    "Math.pow(x, 2);",
    "Math.hypot(x, y);",
    "const random = Math.random;",
    "Date.now();",
    "new Date();",
    "while (true) {}",
    "do {} while (1);",
    "for (;;) {}",
    'import fs from "node:fs";',
    'await import("node:fs");',
    "const { pow } = Math;",
    'Math["pow"](x, 2);',
    'import { x } from "./b.test.ts";',
    'type Net = import("@hml/nets").Trained;',
    'import { x } from "../../nets/src/index.ts";',
    'import { x } from "@hml/nets";',
    'export * from "lodash/fp";',
    "console.log(1);",
    "process.env;",
  ])("find %s", (text) => {
    expect(against(text)).toHaveLength(1);
  });

  it.each([
    "// x ** 2 in words, Math.pow, while (true)",
    '"x ** 2";',
    "for (let i = 0; i < n; i++) {}",
    "while (left > 0) left--;",
    'import { x } from "@hml/guard";',
    'import type { Rhs } from "@hml/integrators";',
    'import { x } from "./b.ts";',
    "const process = { tau: 1 }; f({ process });",
  ])("leave %s alone", (text) => {
    expect(against(text)).toEqual([]);
  });
});
