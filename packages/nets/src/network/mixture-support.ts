import { sigmoid, softplus } from "@hml/kernels";
import type { MixtureSupport } from "../spec/mixture-density.ts";

/** The map between values x and the v whose law is a mixture of normal ones, coordinate by coordinate. */
export interface SupportMap {
  /** v of the value at values[at...] into `v`; gives log |dv/dx|, the sum over its coordinates. */
  take(values: Float64Array, at: number, v: Float64Array): number;
  /** x of one coordinate of v. */
  value(v: number): number;
}

/** The map of a checked support. */
export function supportMap(support: MixtureSupport): SupportMap {
  if (support.kind === "unbounded") {
    return {
      take(values, at, v) {
        for (let i = 0; i < v.length; i++) v[i] = values[at + i]!;
        return 0;
      },
      value: (v) => v,
    };
  }
  const { kind, low, high, epsilon = 1e-3 } = support;
  const width = high - low;
  const logWidth = Math.log(width);
  if (kind === "logit") {
    return {
      take(values, at, v) {
        let logSlope = 0;
        for (let i = 0; i < v.length; i++) {
          const s = Math.min(Math.max(epsilon, (values[at + i]! - low) / width), 1 - epsilon);
          v[i] = Math.log(s / (1 - s));
          logSlope -= Math.log(s * (1 - s)) + logWidth;
        }
        return logSlope;
      },
      value: (v) => low + width * sigmoid(v),
    };
  }
  return {
    take(values, at, v) {
      let logSlope = 0;
      for (let i = 0; i < v.length; i++) {
        const s = Math.max(epsilon, (values[at + i]! - low) / width);
        const log = Math.log(-Math.expm1(-s));
        v[i] = s + log;
        logSlope -= log + logWidth;
      }
      return logSlope;
    },
    value: (v) => low + width * softplus(v),
  };
}
