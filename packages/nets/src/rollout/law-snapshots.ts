import { checkOptions, copyFinite, integer } from "@hml/guard";
import { type LearnedRhsOptions, learnedRhs } from "./learned-rhs.ts";
import { extentsOf } from "../network/row-layout.ts";
import type { Trained } from "./trained.ts";

/** What a law says on some fields, as `regression` of `@hml/pde-features` takes it. */
export interface LawSnapshots {
  /** The fields, `[row, point]`. */
  readonly u: Float64Array;
  /** The law's du/dt on each, `[row, point]`. */
  readonly dudt: Float64Array;
  /** Number of fields. */
  readonly rows: number;
  /** Points of a field. */
  readonly points: number;
}

/**
 * Asks a trained net for du/dt on fields, to distil an equation from it: regress the answers on candidate terms, and
 * `explainedFraction` on other fields tells how much of the net the equation is. Take fields like those that the net was
 * trained on: elsewhere its answers mean nothing.
 *
 * ```ts
 * const asked = lawSnapshots(trained, fields, { size: [64, 64], ends: "periodic" });
 * const fit = stlsq(regression(asked, features, library(features.names, { degree: 3 })), { threshold: 0.05 });
 * const share = explainedFraction(fit.rhs(features), lawSnapshots(trained, others, { size: [64, 64], ends: "periodic" }));
 * ```
 *
 * @param fields - [row, point], one or more fields
 * @param options - those of `learnedRhs`; with held ends their slopes are zero, so hold them in the regression, too
 * @throws RangeError or TypeError as `learnedRhs` does, and for fields that are not whole or not finite
 */
export function lawSnapshots(
  trained: Pick<Trained, "spec" | "weights"> & Partial<Pick<Trained, "scaling" | "precision">>,
  fields: ArrayLike<number>,
  options: LearnedRhsOptions,
): LawSnapshots {
  const where = "lawSnapshots";
  checkOptions(where, options, ["size", "ends", "derivatives"]);
  const points = extentsOf(where, "size", options.size).reduce((a, b) => a * b, 1);
  const rhs = learnedRhs(trained, options);
  const u = copyFinite(where, "fields", fields);
  const rows = integer(where, `fields.length / ${points} points`, u.length / points, 1);
  const dudt = new Float64Array(u.length);
  for (let row = 0; row < rows; row++) {
    rhs(0, u.subarray(row * points, (row + 1) * points), dudt.subarray(row * points, (row + 1) * points));
  }
  return { u, dudt, rows, points };
}
