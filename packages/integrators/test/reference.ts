import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const folder = resolve(root, process.env["HML_SHARED"] ?? "../shared", "refs/integrators");

/** What to do when tests that need reference data are skipped. */
export const referenceHint = existsSync(folder) ? "reference data" : "set HML_SHARED to the folder of reference data";

/** One problem of ivp.json. */
export interface ReferenceProblem {
  readonly t: number[];
  readonly y: number[][];
  /** Components that `y` holds, where it does not hold all. */
  readonly idx?: number[];
}

/** The parts of the reference files that these tests read. */
export interface ReferenceFiles {
  "ivp.json": { readonly problems: Readonly<Record<string, ReferenceProblem>> };
  "sde.json": {
    readonly gbm_path: {
      readonly mu: number;
      readonly sigma: number;
      readonly h: number;
      readonly dW: number[];
      readonly euler_maruyama: number[];
      readonly milstein: number[];
      readonly euler_heun_stratonovich_same_coeffs: number[];
    };
    readonly strong_order_gbm: { readonly table: { readonly EM: number[]; readonly Milstein: number[] } };
  };
  "projective.json": {
    readonly pfe_stability_real: {
      readonly rows: readonly {
        k: number;
        M: number;
        sigma_min: number;
        gap_lo: number | null;
        gap_hi: number | null;
        rho_neg: number;
      }[];
    };
    readonly telescopic_check: readonly { k: number; M: number; max_abs_sigma_by_level: number[] }[];
    readonly telescopic_amplification: readonly {
      lam: number;
      h: number;
      levels: [number, number][];
      sigma: number;
      macro_step: number;
    }[];
    readonly convergence_A: {
      readonly exact_x: number;
      readonly table: Readonly<Record<string, { D: number[]; err_x: number[] }>>;
    };
    readonly "michaelis_menten_eps1e-6": {
      readonly ref: number[];
      readonly table: Readonly<Record<string, { D: number[]; rel_err_x: number[] }>>;
    };
  };
}

/** Reference numbers, or undefined when their folder is absent. */
export function reference<Name extends keyof ReferenceFiles>(name: Name): ReferenceFiles[Name] | undefined {
  const file = resolve(folder, name);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as ReferenceFiles[Name]) : undefined;
}
