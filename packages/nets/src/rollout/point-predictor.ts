import { float64 } from "@hml/guard";
import type { Precision } from "@hml/kernels";
import { sampleEvaluator } from "../network/net-evaluator.ts";
import { mapped } from "../network/network-of.ts";
import { extentsOf } from "../network/row-layout.ts";
import type { SampleMap } from "../network/sample-map.ts";
import type { DeepSet } from "../spec/deep-set.ts";
import type { MixtureDensity } from "../spec/mixture-density.ts";
import type { SetAutoencoder } from "../spec/set-autoencoder.ts";
import { type Scaling, scaleValues, unscaleValues } from "../training/scaling.ts";
import type { Trained } from "./trained.ts";

/** Nets whose samples are sets, or that give laws instead of numbers. */
export type PointNet = DeepSet | MixtureDensity | SetAutoencoder;

/** Whether a net's samples are sets, or it gives laws. */
export function isPointNet(spec: { readonly kind: string }): spec is PointNet {
  return spec.kind === "deepSet" || spec.kind === "mixtureDensity" || spec.kind === "setAutoencoder";
}

/** `predict` of a net of sets or of a mixture; raw outputs of mixtures are given as they are. */
export function pointPredictor(
  spec: PointNet,
  parameters: Float64Array,
  precision: Precision,
  scaling: Scaling | undefined,
): Trained["predict"] {
  const before = scaling?.inputs;
  const after = spec.kind === "deepSet" ? scaling?.targets : undefined;
  let scaled = new Float64Array(0);
  let bound:
    | { readonly points: number; readonly map: SampleMap; readonly run: ReturnType<typeof sampleEvaluator> }
    | undefined;

  const bind = (points: number): NonNullable<typeof bound> => {
    if (bound?.points === points) return bound;
    const net = mapped("predict", spec, [points]);
    bound = { points, map: net.map, run: sampleEvaluator(net, parameters, { engine: "wasm", precision }) };
    return bound;
  };
  const pointsIn = (x: Float64Array, points: readonly number[] | undefined): number => {
    if (spec.kind === "mixtureDensity") return 1;
    if (points === undefined) return Math.max(1, Math.floor(x.length / spec.size));
    if (points.length === 1 && points[0] === bound?.points) return points[0]!;
    const extents = extentsOf("predict", "points", points);
    if (extents.length === 1) return extents[0]!;
    throw new RangeError(`predict: points must be the number of elements, [n], got [${extents.join(", ")}]`);
  };
  return (x, out, points) => {
    float64("predict", "x", x);
    const { map, run } = bind(pointsIn(x, points));
    if (x.length % map.inputs !== 0) {
      throw new RangeError(`predict: x must hold whole samples of ${map.inputs} numbers, got length ${x.length}`);
    }
    const samples = x.length / map.inputs;
    float64("predict", "out", out, samples * map.outputs);
    if (before !== undefined) {
      if (scaled.length !== x.length) scaled = new Float64Array(x.length);
      scaleValues(before, x, 0, x.length, scaled, 0);
    }
    run(before === undefined ? x : scaled, samples, out);
    if (after !== undefined) unscaleValues(after, out, 0, out.length, out, 0);
  };
}
