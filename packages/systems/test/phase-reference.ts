import { existsSync, readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const folder = resolve(root, process.env["HML_SHARED"] ?? "../shared", "refs/phase");

/** A run of one model by one scheme, states and sums of energy. */
export interface PhaseReference {
  readonly name: string;
  readonly model: "ac" | "ch" | "pfc";
  readonly nx: number;
  readonly ny: number;
  readonly h: number;
  readonly dt: number;
  readonly params: Readonly<Record<"M" | "D" | "a2" | "a4" | "q0" | "eps", number>>;
  readonly ic: { readonly amp: number; readonly mean: number };
  readonly scheme: "imex1" | "etd1" | "etdrk4";
  readonly rhs0: readonly number[];
  readonly states: Readonly<Record<string, readonly number[]>>;
  readonly trace: readonly { readonly step: number; readonly F: number; readonly mean: number }[];
}

/** Relative L2 errors at time T against a fine solution, for a few steps dt. */
export type PhaseConvergence = Readonly<
  Record<
    "ac" | "ch" | "pfc",
    {
      readonly T: number;
      readonly rows: readonly {
        readonly scheme: PhaseReference["scheme"];
        readonly dt: number;
        readonly relL2: number;
      }[];
    }
  >
>;

/** Every reference run that is there; none when the folder is absent. */
export const phaseReferences: readonly PhaseReference[] = !existsSync(folder)
  ? []
  : readdirSync(folder)
      .filter((file) => file.endsWith(".json") && file !== "convergence.json")
      .toSorted()
      .map((file) => JSON.parse(readFileSync(resolve(folder, file), "utf8")) as PhaseReference);

/** The table of convergence, or undefined when it is absent. */
export const phaseConvergence: PhaseConvergence | undefined = existsSync(resolve(folder, "convergence.json"))
  ? (JSON.parse(readFileSync(resolve(folder, "convergence.json"), "utf8")) as PhaseConvergence)
  : undefined;

/** The initial condition of all reference runs. */
export function referenceStart(nx: number, ny: number, { amp, mean }: PhaseReference["ic"]): Float64Array {
  return Float64Array.from({ length: nx * ny }, (_, j) => {
    const a = (2 * Math.PI * (j % nx)) / nx;
    const b = (2 * Math.PI * Math.floor(j / nx)) / ny;
    const w =
      Math.cos(a) +
      0.7 * Math.cos(2 * b) +
      0.5 * Math.cos(3 * a + b) +
      0.4 * Math.sin(2 * a - 3 * b) +
      0.3 * Math.cos(5 * a + 4 * b + 0.3);
    return mean + amp * w;
  });
}
