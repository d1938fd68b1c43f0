import { circulantDerivative } from "./circulant-derivative.ts";
import { faceDivergence } from "./face-layout.ts";
import type { FieldNet } from "../spec/field-net.ts";
import type { FloatArray } from "./part.ts";
import type { RowLayout } from "./row-layout.ts";

/** What turns the stack's outputs on one snapshot into predictions, a linear map, and its transpose. */
export interface Head {
  /** Predictions into out[0...] from the stack outputs f[at...], [row, output]. */
  apply(f: FloatArray, at: number, out: Float64Array): void;
  /** The transpose: slopes of the loss by predictions, [prediction], into slopes by stack outputs, out[at...]. */
  transpose(slopes: Float64Array, out: FloatArray, at: number): void;
}

/** The head of a net on a grid. */
export function headOf(spec: FieldNet, layout: RowLayout, outputs: number): Head {
  if (spec.kind === "fluxNet") {
    // With positive mobility the outputs lack the division by the spacing, so that it is made twice.
    const divisor = (spacing: number): number => (spec.mobility === "positive" ? spacing * spacing : spacing);
    if (typeof spec.spacing === "number") return faces(layout.predicted.length, divisor(spec.spacing));
    return faceDivergence(layout.extents, spec.spacing.map(divisor), outputs);
  }
  if (spec.kind === "divergenceNet") {
    return divergence(
      layout.extents,
      layout.extents.map((n, axis) => circulantDerivative(n, spec.period[axis]!, spec.derivative)),
    );
  }
  return identity(layout.rows * outputs);
}

/** Predictions that are the outputs themselves. */
export function identity(count: number): Head {
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
  const transposed = derivatives.map((weights) => weights.map((w) => -w));
  return {
    apply(f, at, out) {
      out.fill(0, 0, points);
      for (let axis = 0; axis < axes; axis++) {
        const n = extents[axis]!;
        const stride = strides[axis]!;
        for (let block = 0; block < points; block += n * stride) {
          for (let p = block; p < block + stride; p++) {
            addAlongLine(derivatives[axis]!, n, f, at + p * axes + axis, stride * axes, out, p, stride);
          }
        }
      }
    },
    transpose(slopes, out, at) {
      out.fill(0, at, at + points * axes);
      for (let axis = 0; axis < axes; axis++) {
        const n = extents[axis]!;
        const stride = strides[axis]!;
        for (let block = 0; block < points; block += n * stride) {
          for (let p = block; p < block + stride; p++) {
            addAlongLine(transposed[axis]!, n, slopes, p, stride, out, at + p * axes + axis, stride * axes);
          }
        }
      }
    },
  };
}

/**
 * y_i += sum_k weights[n - i + k] x_k on one line of n points; x_k lies at xAt + k xStride, y likewise. Four sums at a time,
 * each over k upwards.
 */
function addAlongLine(
  weights: Float64Array,
  n: number,
  x: FloatArray,
  xAt: number,
  xStride: number,
  y: FloatArray,
  yAt: number,
  yStride: number,
): void {
  const blocked = n - (n % 4);
  let to = yAt;
  for (let i = 0; i < blocked; i += 4) {
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let from = xAt;
    for (let k = n - i; k < 2 * n - i; k++) {
      const value = x[from]!;
      s0 += weights[k]! * value;
      s1 += weights[k - 1]! * value;
      s2 += weights[k - 2]! * value;
      s3 += weights[k - 3]! * value;
      from += xStride;
    }
    y[to] = y[to]! + s0;
    y[to + yStride] = y[to + yStride]! + s1;
    y[to + 2 * yStride] = y[to + 2 * yStride]! + s2;
    y[to + 3 * yStride] = y[to + 3 * yStride]! + s3;
    to += 4 * yStride;
  }
  for (let i = blocked; i < n; i++) {
    let sum = 0;
    let from = xAt;
    for (let k = n - i; k < 2 * n - i; k++) {
      sum += weights[k]! * x[from]!;
      from += xStride;
    }
    y[to] = y[to]! + sum;
    to += yStride;
  }
}
