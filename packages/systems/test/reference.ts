import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const shared = resolve(root, process.env["HML_SHARED"] ?? "../shared");

/** What to do when tests that need reference data are skipped. */
export const referenceHint = existsSync(shared) ? "reference data" : "set HML_SHARED to the folder of reference data";

/** Densities of the two fields at the times that are the keys. */
type Densities = Readonly<Record<string, { readonly u: number[]; readonly v: number[] }>>;
/** Rows of time, mass, mean and variance. */
type MomentRows = readonly (readonly [t: number, mass: number, mean: number, variance: number])[];

/** The parts of the reference files of the learned-dynamics study that these tests read. */
export interface ReferenceFiles {
  "fhn-lb.json": {
    readonly authors_bc: Densities;
    readonly bounceback_bc: Densities;
    readonly analytic_ic_refinement_t10: Readonly<
      Record<
        string,
        {
          readonly dx: number;
          readonly dt: number;
          readonly err_authors_bc: number;
          readonly err_bounceback: number;
          readonly err_v_authors: number;
          readonly err_v_bounceback: number;
        }
      >
    >;
  };
  "ks-trajectory.json": {
    readonly u0: number[];
    readonly dt0p025: Readonly<Record<string, number[]>>;
    readonly converged_N64_dt0p00125: Readonly<Record<string, number[]>>;
    readonly max_err_at_t10_vs_dt: Readonly<Record<string, number>>;
  };
  "ad-fokker-planck.json": {
    readonly fv_n2000_dt5e_4: {
      readonly x1: MomentRows;
      readonly x2: MomentRows;
      readonly x3: MomentRows;
      readonly ad1d: MomentRows;
    };
  };
}

/** Reference numbers, or undefined when their folder is absent. */
export function reference<Name extends keyof ReferenceFiles>(name: Name): ReferenceFiles[Name] | undefined {
  const file = resolve(shared, "refs/led", name);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as ReferenceFiles[Name]) : undefined;
}

/** The densities [u, v] of one of the authors' six initial conditions of FitzHugh-Nagumo, or undefined when absent. */
export function authorsStart(index: number): Float64Array | undefined {
  const fields = ["u", "v"].map((field) => resolve(shared, "data/fhn", `y0${index}${field}.txt`));
  if (!fields.every((file) => existsSync(file))) return undefined;
  return Float64Array.from(fields.flatMap((file) => readFileSync(file, "utf8").trim().split(/\s+/).map(Number)));
}
