import { sigmoid, softplus } from "@hml/kernels";
import type { MixtureSupport } from "../spec/mixture-density.ts";

/** The map between a coordinate x and the v whose law is a mixture of normal ones. */
export interface SupportMap {
  /** v of x. */
  line(x: number): number;
  /** log dv/dx at x. */
  logSlope(x: number): number;
  /** x of v. */
  value(v: number): number;
}

/** The map of a checked support. */
export function supportMap(support: MixtureSupport): SupportMap {
  if (support.kind === "unbounded") return { line: (x) => x, logSlope: () => 0, value: (v) => v };
  const { kind, low, high, epsilon = 1e-3 } = support;
  const width = high - low;
  const logWidth = Math.log(width);
  const share = (x: number): number => Math.max(epsilon, (x - low) / width);
  if (kind === "logit") {
    const inside = (x: number): number => Math.min(share(x), 1 - epsilon);
    return {
      line(x) {
        const s = inside(x);
        return Math.log(s / (1 - s));
      },
      logSlope(x) {
        const s = inside(x);
        return -Math.log(s * (1 - s)) - logWidth;
      },
      value: (v) => low + width * sigmoid(v),
    };
  }
  return {
    line(x) {
      const s = share(x);
      return s + Math.log(-Math.expm1(-s));
    },
    logSlope: (x) => -Math.log(-Math.expm1(-share(x))) - logWidth,
    value: (v) => low + width * softplus(v),
  };
}
