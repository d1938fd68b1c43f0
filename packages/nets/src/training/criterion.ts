import { oneOf } from "@hml/guard";
import type { SampleMap } from "../network/sample-map.ts";
import type { MixtureSupport } from "../spec/mixture-density.ts";
import type { NetSpec } from "../spec/net-spec.ts";
import { absoluteError, type LossTerm, squaredError } from "./loss-term.ts";
import { mixtureTerm } from "./mixture-term.ts";
import type { LossKind } from "./training-data.ts";

/** What judges the predictions of a sample. */
export interface Criterion {
  /** How the errors of a sample are weighted. */
  readonly kind: LossKind;
  /** The loss of one sample, */
  readonly term: LossTerm;
  /** over this many numbers or values, */
  readonly terms: number;
  /** against this many numbers. */
  readonly targets: number;
  /** Refuses targets that it cannot judge. */
  readonly check?: (where: string, targets: Float64Array) => void;
}

/** The criterion that a net is trained by: its likelihood, or the squared error in the way that the options say. */
export function criterionOf(where: string, spec: NetSpec, map: SampleMap, loss: LossKind | undefined): Criterion {
  if (spec.kind === "mixtureDensity" || spec.kind === "setAutoencoder") {
    if (loss !== undefined) {
      throw new RangeError(`${where}: loss must be left out for a ${spec.kind}, which is trained by its likelihood`);
    }
    const points = map.extents[0]!;
    return {
      kind: "mse",
      term: mixtureTerm(spec, points),
      terms: points,
      targets: points * spec.size,
      check: (at, targets) => checkSupport(at, spec.support, targets),
    };
  }
  const kind = oneOf(where, "loss", loss ?? "mse", ["mse", "relative", "normalised", "mae"]);
  // Other losses would weight the divergence of a code along with the errors of its row.
  if (spec.kind === "variationalAutoencoder" && kind !== "mse") {
    throw new RangeError(`${where}: loss must be mse for a ${spec.kind}, got ${kind}`);
  }
  const term = kind === "mae" ? absoluteError : squaredError;
  return { kind, term, terms: map.outputs, targets: map.outputs };
}

/** Refuses values where a mixture has no density. */
function checkSupport(where: string, support: MixtureSupport, values: Float64Array): void {
  if (support.kind === "unbounded") return;
  const high = support.kind === "logit" ? support.high : Infinity;
  const bad = values.findIndex((x) => !(x >= support.low && x <= high));
  if (bad < 0) return;
  throw new RangeError(
    `${where}: values must lie in the support [${support.low}, ${high}], got ${values[bad]} at ${bad}; it is meant for scaled values where there is a scale`,
  );
}
