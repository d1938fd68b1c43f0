import { callable, checkOptions, positive } from "@hml/guard";
import type { FieldSums } from "./field-sums.ts";

/** What to watch at the end of every advance. */
export interface PhaseFieldGuard {
  /**
   * Allowed rise of the free energy over an advance, in units of the sum of the absolute values of its terms; default 1e-12,
   * a few thousand roundings. `false`: not watched.
   */
  readonly energy?: number | false;
  /**
   * Allowed drift of the mean for each step, in units of the field's root mean square; default 1e-14, as transforms round it.
   * `false`: not watched; the default where int u is not conserved.
   */
  readonly mass?: number | false;
  /** Called instead of the error; the advance then goes on. */
  readonly onViolation?: (violation: PhaseFieldViolation) => void;
}

/** A law that an advance broke. */
export interface PhaseFieldViolation {
  /** Which law. */
  readonly code: "energy-rose" | "mass-drifted";
  /** Time at the beginning of the advance. */
  readonly t0: number;
  /** Time at its end. */
  readonly t1: number;
  /** Energy or mass at the beginning. */
  readonly before: number;
  /** Energy or mass at the end. */
  readonly after: number;
}

/** The free energy of a phase field rose, or its mass drifted; tell by `code`. The field is left as it was. */
export class PhaseFieldError extends Error implements PhaseFieldViolation {
  /** Always "PhaseFieldError". */
  override readonly name = "PhaseFieldError";
  /** Which law was broken. */
  readonly code: PhaseFieldViolation["code"];
  /** Time at the beginning of the advance. */
  readonly t0: number;
  /** Time at its end. */
  readonly t1: number;
  /** Energy or mass at the beginning. */
  readonly before: number;
  /** Energy or mass at the end. */
  readonly after: number;

  constructor(message: string, { code, t0, t1, before, after }: PhaseFieldViolation) {
    super(message);
    this.code = code;
    this.t0 = t0;
    this.t1 = t1;
    this.before = before;
    this.after = after;
  }
}

/** Compares the field before and after an advance of some steps. */
export type CheckLaws = (before: FieldSums, after: FieldSums, t0: number, t1: number, steps: number) => void;

/** The checks of a guard; undefined watches nothing. */
export function lawChecks(
  where: string,
  guard: PhaseFieldGuard | undefined,
  law: { readonly dissipates: boolean; readonly conserves: boolean },
): CheckLaws | undefined {
  if (guard === undefined) return undefined;
  checkOptions(where, guard, ["energy", "mass", "onViolation"], "guard");
  const { energy = law.dissipates ? 1e-12 : false, mass = law.conserves ? 1e-14 : false, onViolation } = guard;
  if (energy !== false) positive(where, "guard.energy", energy);
  if (mass !== false) positive(where, "guard.mass", mass);
  if (onViolation !== undefined) callable(where, "guard.onViolation", onViolation);
  if (energy !== false && !law.dissipates) {
    throw new TypeError(`${where}: guard.energy must be false where no energy falls: no gradient flow, or with noise`);
  }
  if (mass !== false && !law.conserves) {
    throw new TypeError(`${where}: guard.mass must be false where the mass is not conserved`);
  }
  const report = (violation: PhaseFieldViolation, message: string): void => {
    if (onViolation === undefined) throw new PhaseFieldError(`${where}: ${message}`, violation);
    onViolation(Object.freeze(violation));
  };
  return (before, after, t0, t1, steps) => {
    if (energy !== false) {
      const allowed = energy * Math.max(before.energyScale, after.energyScale);
      if (!(after.energy - before.energy <= allowed)) {
        report(
          { code: "energy-rose", t0, t1, before: before.energy, after: after.energy },
          `the free energy rose from ${before.energy} to ${after.energy} between t = ${t0} and ${t1}; ` +
            "take a shorter dt, or a larger stabilisation",
        );
      }
    }
    if (mass !== false) {
      const allowed = mass * steps * Math.max(before.massScale, after.massScale);
      if (!(Math.abs(after.mass - before.mass) <= allowed)) {
        report(
          { code: "mass-drifted", t0, t1, before: before.mass, after: after.mass },
          `the mass went from ${before.mass} to ${after.mass} between t = ${t0} and ${t1}`,
        );
      }
    }
  };
}
