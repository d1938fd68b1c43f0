import { circulantDerivative } from "./circulant-derivative.ts";
import type { NetSpec } from "./net-spec.ts";
import type { RowLayout } from "./row-layout.ts";

/** What turns the stack's outputs on one snapshot into predictions, a linear map, and its transpose. */
export interface Head {
  /** Predictions into out[0...] from the stack outputs f[at...], [row, output]. */
  apply(f: Float64Array, at: number, out: Float64Array): void;
  /** The transpose: slopes of the loss by predictions, [prediction], into slopes by stack outputs, out[at...]. */
  transpose(slopes: Float64Array, out: Float64Array, at: number): void;
}

/** The head of a net on a grid. */
export function headOf(spec: NetSpec, layout: RowLayout, outputs: number): Head {
  if (spec.kind === "fluxNet") return faces(layout.predicted.length, spec.spacing);
  if (spec.kind === "divergenceNet") {
    return divergence(
      layout.extents,
      layout.extents.map((n, axis) => circulantDerivative(n, spec.period[axis]!, spec.derivative)),
    );
  }
  return identity(layout.rows * outputs);
}

function identity(count: number): Head {
  return {
    apply(f, at, out) {
      for (let i = 0; i < count; i++) out[i] = f[at + i]!;
    },
    transpose(slopes, out, at) {
      for (let i = 0; i < count; i++) out[at + i] = slopes[i]!;
    },
  };
}

/** (f_i - f_{i+1}) / spacing for `count` cells. */
function faces(count: number, spacing: number): Head {
  return {
    apply(f, at, out) {
      for (let i = 0; i < count; i++) out[i] = (f[at + i]! - f[at + i + 1]!) / spacing;
    },
    transpose(slopes, out, at) {
      out[at] = 0;
      for (let i = 0; i < count; i++) {
        const slope = slopes[i]! / spacing;
        out[at + i] = out[at + i]! + slope;
        out[at + i + 1] = -slope;
      }
    },
  };
}

/** sum over the axes of D_axis f_axis; D is antisymmetric, so its transpose is -D. */
function divergence(extents: readonly number[], derivatives: readonly Float64Array[]): Head {
  const axes = extents.length;
  const points = extents.reduce((a, b) => a * b, 1);
  const strides = extents.map((_, axis) => extents.slice(0, axis).reduce((a, b) => a * b, 1));
  return {
    apply(f, at, out) {
      out.fill(0, 0, points);
      for (let axis = 0; axis < axes; axis++) {
        const n = extents[axis]!;
        const stride = strides[axis]!;
        const weights = derivatives[axis]!;
        for (let p = 0; p < points; p++) {
          const i = Math.floor(p / stride) % n;
          let q = at + (p - i * stride) * axes + axis;
          let sum = 0;
          for (let k = n - i; k < 2 * n - i; k++) {
            sum += weights[k]! * f[q]!;
            q += stride * axes;
          }
          out[p] = out[p]! + sum;
        }
      }
    },
    transpose(slopes, out, at) {
      for (let axis = 0; axis < axes; axis++) {
        const n = extents[axis]!;
        const stride = strides[axis]!;
        const weights = derivatives[axis]!;
        for (let p = 0; p < points; p++) {
          const i = Math.floor(p / stride) % n;
          let q = p - i * stride;
          let sum = 0;
          for (let k = n - i; k < 2 * n - i; k++) {
            sum += weights[k]! * slopes[q]!;
            q += stride;
          }
          out[at + p * axes + axis] = -sum;
        }
      }
    },
  };
}
