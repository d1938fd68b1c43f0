import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readJson, root } from "./workspace.js";

/** Licences under which what users install may stand. */
const LICENCES = new Set(["MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "0BSD"]);

/** Reads the tables of docs/dependencies.md: rows `{ section, user, name, version, licence, purpose }`. */
function readTables() {
  const rows = [];
  let section = "";
  for (const line of readFileSync(join(root, "docs/dependencies.md"), "utf8").split("\n")) {
    if (line.startsWith("## ")) section = line.slice(3).trim();
    const cells = line.split("|").slice(1, -1);
    if (cells.length !== 5 || !/^\s*`/.test(cells[1])) continue;
    const [user, name, version, licence, purpose] = cells.map((cell) => cell.trim().replaceAll("`", ""));
    rows.push({ section, user, name, version, licence, purpose });
  }
  return rows;
}

/** Licence of an installed package as its own package.json states it. */
function licenceOf(name) {
  const path = join(root, "node_modules", name, "package.json");
  return existsSync(path) ? readJson(path).license : undefined;
}

/** Compares one section of docs/dependencies.md with what the manifests declare; returns what differs. */
function compare(rows, section, declared) {
  const problems = [];
  const documented = rows.filter((row) => row.section === section);
  for (const { user, name, version } of declared) {
    const row = documented.find((candidate) => candidate.user === user && candidate.name === name);
    if (row === undefined) {
      problems.push(`docs/dependencies.md, ${section}: no row for ${name} of ${user}`);
      continue;
    }
    if (row.version !== version) {
      problems.push(`docs/dependencies.md: ${name} is ${version} in package.json, ${row.version} in the table`);
    }
    const licence = licenceOf(name);
    if (row.licence !== licence) {
      problems.push(`docs/dependencies.md: ${name} states licence ${licence}, the table ${row.licence}`);
    }
    const allowed = String(licence)
      .split(" AND ")
      .every((part) => LICENCES.has(part));
    if ((section === "Runtime" || section === "Optional") && !allowed) {
      problems.push(`${name} of ${user}: licence ${licence} is not one of ${[...LICENCES].join(", ")}`);
    }
    if (row.purpose === "") problems.push(`docs/dependencies.md: the row of ${name} names no purpose`);
  }
  for (const { user, name } of documented) {
    if (!declared.some((entry) => entry.user === user && entry.name === name)) {
      problems.push(`docs/dependencies.md, ${section}: ${name} of ${user} is in the table, not in package.json`);
    }
  }
  return problems;
}

const external = (user, dependencies = {}) =>
  Object.entries(dependencies)
    .filter(([name]) => !name.startsWith("@hml/"))
    .map(([name, version]) => ({ user, name, version }));

/** What differs between docs/dependencies.md and the manifests of the repository. */
export function dependencyTableProblems(packages) {
  const rows = readTables();
  const top = readJson(join(root, "package.json"));
  const examples = readJson(join(root, "examples/package.json"));
  return [
    ...compare(
      rows,
      "Runtime",
      packages.flatMap(({ name, manifest }) => external(name, manifest.dependencies)),
    ),
    ...compare(
      rows,
      "Optional",
      packages.flatMap(({ name, manifest }) => external(name, manifest.peerDependencies)),
    ),
    ...compare(rows, "Examples", external("examples", examples.dependencies)),
    ...compare(rows, "Development", [
      ...external("root", top.devDependencies),
      ...packages.flatMap(({ name, manifest }) => external(name, manifest.devDependencies)),
    ]),
    ...compare(rows, "Overrides", external("root", top.overrides)),
  ];
}
