import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { etd1, etdrk4, imex1 } from "@hml/integrators";
import { allenCahn, cahnHilliard, type GradientFlow, phaseField, phaseFieldCrystal } from "@hml/systems";
import type { ModelName } from "./study.ts";

/** A file of states that another program computed: u0 from a formula, then so many steps of a scheme. */
interface Reference {
  readonly model: ModelName;
  readonly nx: number;
  readonly ny: number;
  readonly h: number;
  readonly dt: number;
  readonly params: Readonly<Record<string, number>>;
  readonly scheme: "imex1" | "etd1" | "etdrk4";
  readonly states: Readonly<Record<string, readonly number[]>>;
}

const SCHEMES = { imex1, etd1, etdrk4 };

/** Where the reference states lie, beside this repository unless told otherwise. */
function folder(): string {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  return path.resolve(root, process.env["HML_SHARED"] ?? "../shared", "refs/phase");
}

/** Largest difference from the states of all reference files; undefined when there are none. */
export function referenceError(): { readonly files: number; readonly error: number } | undefined {
  if (!existsSync(folder())) return undefined;
  const files = readdirSync(folder()).filter((name) => /^(ac|ch|pfc)-.*\.json$/.test(name));
  if (files.length === 0) return undefined;
  let error = 0;
  for (const name of files) {
    const reference = JSON.parse(readFileSync(path.join(folder(), name), "utf8")) as Reference;
    error = Math.max(error, stateError(reference));
  }
  return { files: files.length, error };
}

function stateError({ model, nx, ny, h, dt, params, scheme, states }: Reference): number {
  const flow = phaseField(equationOf(model, params), { points: [nx, ny], spacing: h, dt, scheme: SCHEMES[scheme] });
  const steps = Object.keys(states)
    .map(Number)
    .toSorted((a, b) => a - b);
  const u = Float64Array.from(states[String(steps[0])]!);
  let error = 0;
  for (const [n, step] of steps.entries()) {
    if (n > 0) flow.advance(u, dt * steps[n - 1]!, dt * step);
    const wanted = states[String(step)]!;
    for (let i = 0; i < u.length; i++) error = Math.max(error, Math.abs(u[i]! - wanted[i]!));
  }
  return error;
}

function equationOf(model: ModelName, p: Reference["params"]): GradientFlow {
  const { M = 1, D = 1, a2 = 1, a4 = 1, q0 = 1, eps = 0.1 } = p;
  switch (model) {
    case "ac":
      return allenCahn({ mobility: M, a2, a4 });
    case "ch":
      return cahnHilliard({ mobility: D, a2, a4 });
    case "pfc":
      return phaseFieldCrystal({ mobility: D, wavenumber: q0, undercooling: eps });
  }
}
