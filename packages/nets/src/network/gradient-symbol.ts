import { sigmoid, softplus } from "@hml/kernels";
import type { GradientFlowShape } from "../spec/gradient-flow-net.ts";
import type { FloatArray } from "./part.ts";

type Place = Pick<GradientFlowShape, "symbolAt" | "degree" | "floorAt">;

/**
 * The symbol of a gradient-flow net, Q(x) = P(x) - min P + b with P(x) = q_1 x + ... + q_p x^p, q_p > 0, b > 0 and the minimum
 * over x >= 0: every polynomial that is positive there.
 */
export interface GradientSymbol {
  /** Takes up the parameters as they are now. */
  update(parameters: FloatArray): void;
  /** Q(x). */
  at(x: number): number;
  /**
   * Adds the slopes of a loss by the parameters to `gradient`, from the moments of its slopes by Q: moments[j] is the sum of
   * x^j dL/dQ(x). The place of the minimum does not move in first order, so only its value counts.
   */
  addGradient(parameters: FloatArray, moments: Float64Array, gradient: FloatArray): void;
}

/** The symbol of these places among the parameters. */
export function gradientSymbol({ symbolAt, degree, floorAt }: Place): GradientSymbol {
  /** Coefficients of Q, upwards. */
  const c = new Float64Array(degree + 1);
  let lowest = 0;
  const at = (x: number): number => {
    let sum = c[degree]!;
    for (let j = degree - 1; j >= 0; j--) sum = sum * x + c[j]!;
    return sum;
  };
  return {
    at,
    update(parameters) {
      c[0] = 0;
      for (let j = 1; j < degree; j++) c[j] = parameters[symbolAt + j - 1]!;
      c[degree] = softplus(parameters[symbolAt + degree - 1]!);
      lowest = minimum(c, degree);
      if (!(at(lowest) < 0)) lowest = 0;
      c[0] = softplus(parameters[floorAt]!) - at(lowest);
    },
    addGradient(parameters, moments, gradient) {
      let power = 1;
      for (let j = 1; j <= degree; j++) {
        power *= lowest;
        const slope = moments[j]! - power * moments[0]!;
        const chain = j < degree ? 1 : sigmoid(parameters[symbolAt + j - 1]!);
        gradient[symbolAt + j - 1] = gradient[symbolAt + j - 1]! + chain * slope;
      }
      gradient[floorAt] = gradient[floorAt]! + moments[0]! * sigmoid(parameters[floorAt]!);
    },
  };
}

/** Where c1 x + c2 x^2 + c3 x^3 has its local minimum at x > 0, of degree 1 to 3 with a positive last coefficient; else 0. */
function minimum(c: Float64Array, degree: number): number {
  if (degree === 1) return 0;
  const [, c1 = 0, c2 = 0] = c;
  if (degree === 2) return Math.max(0, -c1 / (2 * c2));
  const squared = c2 * c2 - 3 * c1 * c[3]!;
  if (!(squared > 0)) return 0;
  // The larger root of the slope, in the form that does not cancel.
  const root = Math.sqrt(squared);
  return Math.max(0, c2 > 0 ? -c1 / (c2 + root) : (root - c2) / (3 * c[3]!));
}
