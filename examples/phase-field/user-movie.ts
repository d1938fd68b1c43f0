import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { random } from "@hml/integrators";
import { type DiscoveredEquation, discoverEquation, fieldMovie, type NpyArray, readNpz } from "@hml/pde-features";
import { UsageError } from "../lib/options.ts";
import { formatTable } from "../lib/table.ts";

/** What the command line may say about a movie. */
export interface MovieOptions {
  readonly out: string;
  readonly seed: number;
  /** Time between frames and distance of points; 0 when the file is to say. */
  readonly dt: number;
  readonly spacing: number;
}

/**
 * A movie in an npz file in, an equation with confidence intervals and a solver out. The file has `u`, [frame, x], [frame, y, x] or
 * [frame, z, y, x], periodic; `dt` or the times `t`; and `h`, `spacing` or the points `x`, else points are 1 apart.
 */
export async function discoverFile(file: string, options: MovieOptions): Promise<void> {
  const arrays = readNpz(readFileSync(file));
  const u = arrays.get("u") ?? arrays.get("U");
  if (u === undefined) throw new UsageError(`${file} must hold an array u, got ${[...arrays.keys()].join(", ")}`);
  const dt = options.dt || step(arrays, ["dt"], "t");
  if (dt === undefined) throw new UsageError(`${file} must hold dt or t, or give --dt`);
  const spacing = options.spacing || step(arrays, ["h", "spacing", "dx"], "x") || 1;

  const movie = fieldMovie({ u, spacing, dt });
  const found = discoverEquation(movie, { random: random(options.seed) });

  console.log(`\n${String(found)}\n`);
  console.log(
    formatTable({
      title: `${movie.frames} frames of ${movie.points.join(" x ")} points, noise ${found.noise.toPrecision(2)}`,
      columns: [
        { name: "term" },
        { name: "coefficient", digits: 5 },
        { name: "95 % from", digits: 5 },
        { name: "to", digits: 5 },
        { name: "inclusion", digits: 3 },
      ],
      rows: found.terms.map(({ name, coefficient, interval: [low, high] }) => {
        return [name, coefficient, low, high, found.inclusion[found.names.indexOf(name)]!];
      }),
    }),
  );
  await mkdir(options.out, { recursive: true });
  const solver = path.join(options.out, "solver.mjs");
  await writeFile(solver, solverText(found, movie));
  await writeFile(path.join(options.out, "equation.tex"), `${found.toLatex()}\n`);
  console.log(`\n${solver} runs it: import { flow } from it, then flow.advance(u, t0, t1).`);
}

/** A number of the file, or the step of an equally spaced axis. */
function step(arrays: ReadonlyMap<string, NpyArray>, names: readonly string[], axis: string): number | undefined {
  for (const name of names) {
    const value = arrays.get(name);
    if (value !== undefined) return Number(value.data[0]);
  }
  const values = arrays.get(axis)?.data;
  if (values === undefined || values.length < 2) return undefined;
  return (Number(values[values.length - 1]) - Number(values[0])) / (values.length - 1);
}

/** A program of a few lines that needs nothing but @hml/systems and @hml/integrators. */
export function solverText(
  found: Pick<DiscoveredEquation, "terms" | "toString">,
  {
    points,
    spacing,
    dt,
  }: { readonly points: readonly number[]; readonly spacing: readonly number[]; readonly dt: number },
): string {
  const parsed = found.terms.map(({ name, coefficient }) => {
    const [, under, p, q] = /^(lap(?:\^(\d))?\()?u(?:\^(\d))?\)?$/.exec(name) ?? [];
    return { coefficient, p: under === undefined ? 0 : Number(p ?? 1), q: Number(q ?? 1) };
  });
  const product = (coefficient: number, p: number): string => `${coefficient}${" * s".repeat(p)}`;
  const linear = parsed.filter(({ q }) => q === 1).map(({ coefficient, p }) => product(coefficient, p));
  const terms = parsed
    .filter(({ q }) => q > 1)
    .map(({ coefficient, p, q }) => {
      const of = Array.from({ length: q + 1 }, (_, k) => (k === q ? coefficient : 0));
      return `    { of: [${of.join(", ")}], operator: (kx, ky, kz) => lap(kx, ky, kz) ** ${p} },`;
    });
  return `// ${found.toString()}
import { etdrk4 } from "@hml/integrators";
import { fieldEquation, phaseField } from "@hml/systems";

const lap = (kx, ky, kz) => -(kx * kx + ky * ky + kz * kz);
const equation = fieldEquation({
  linear: (kx, ky, kz) => {
    const s = lap(kx, ky, kz);
    return ${linear.length === 0 ? "0 * s" : linear.join(" + ")};
  },
  terms: [
${terms.join("\n")}
  ],
});
/** flow.advance(u, t0, t1) moves a field of these points in place. */
export const flow = phaseField(equation, {
  points: [${points.join(", ")}],
  spacing: [${spacing.join(", ")}],
  dt: ${dt / 4},
  scheme: etdrk4,
});
`;
}
