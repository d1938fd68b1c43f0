import { softplus, tanh } from "@hml/kernels";
import { parametersFrom } from "../files/weights.ts";
import { gradientSymbol } from "../network/gradient-symbol.ts";
import { type GradientFlowNet, gradientFlowShape } from "../spec/gradient-flow-net.ts";
import type { NetSpec } from "../spec/net-spec.ts";
import { largestSlope } from "./largest-slope.ts";
import type { Trained } from "./trained.ts";

/**
 * What a gradient-flow net has learned, as functions. Without `stabilisation` it is what `gradientFlow` of `@hml/systems` takes.
 */
export interface LearnedFreeEnergy {
  /** Whether int u stays. */
  readonly mobility: "conserved" | "non-conserved";
  /** M. */
  readonly coefficient: number;
  /** F = int( u Q u / 2 + f(u) ). */
  readonly energy: {
    /** The symbol of Q, positive. */
    readonly gradient: (kx: number, ky: number, kz: number) => number;
    /** The local part. */
    readonly local: {
      /** f, with f(0) = 0. */
      readonly density: (u: number) => number;
      /** f'. */
      readonly derivative: (u: number) => number;
    };
  };
  /**
   * S, half of a bound on |f''| over all u that is at most 1 % above the largest: (1 - dt m (Q + S)) u+ = u + dt m (f'(u) - S u)
   * then lowers the energy at any dt.
   */
  readonly stabilisation: number;
}

/**
 * The free energy that a gradient-flow net has learned. `gradientFlowStepper` runs it; `phaseField` of `@hml/systems` does,
 * too, with every scheme, guard and noise that it has:
 *
 * ```ts
 * const { stabilisation, ...equation } = freeEnergyOf(trained);
 * const flow = phaseField(equation, { points: [128, 128], spacing: 1, dt: 0.5, stabilisation, guard: {} });
 * ```
 *
 * @throws RangeError or TypeError for a net of another kind, or weights that are not the net's
 */
export function freeEnergyOf(trained: Pick<Trained, "spec" | "weights">): LearnedFreeEnergy {
  const where = "freeEnergyOf";
  const spec = gradientFlowOf(where, trained.spec);
  const { mobility, amplitude, wavenumber, units } = spec;
  const shape = gradientFlowShape(spec);
  const parameters = parametersFrom(where, spec, trained.weights());
  const symbol = gradientSymbol(shape);
  symbol.update(parameters);
  const [hidden, output] = shape.layers;
  const constant = parameters[output.biasAt!]!;
  const terms = Array.from({ length: units }, (_unused, j) => ({
    factor: parameters[output.weightAt + j]!,
    weight: parameters[hidden.weightAt + j]! / amplitude,
    bias: parameters[hidden.biasAt! + j]!,
  }));
  return Object.freeze({
    mobility,
    coefficient: softplus(parameters[shape.mobilityAt]!),
    energy: Object.freeze({
      gradient: (kx: number, ky: number, kz: number) =>
        symbol.at((kx * kx + ky * ky + kz * kz) / (wavenumber * wavenumber)),
      local: Object.freeze({
        density(u: number) {
          let sum = constant * u;
          for (const { factor, weight, bias } of terms) sum += factor * u * meanTanh(bias, weight * u);
          return sum;
        },
        derivative(u: number) {
          let sum = constant;
          for (const { factor, weight, bias } of terms) sum += factor * tanh(weight * u + bias);
          return sum;
        },
      }),
    }),
    stabilisation:
      0.5 * largestSlope(terms.map(({ factor, weight, bias }) => ({ size: factor * weight, weight, bias }))),
  });
}

/** The specification of a gradient-flow net; refuses nets of other kinds. */
export function gradientFlowOf(where: string, spec: NetSpec): GradientFlowNet {
  if (spec.kind === "gradientFlowNet") return spec;
  throw new RangeError(`${where}: the net must be a gradientFlowNet, got a net of kind ${spec.kind}`);
}

/** The mean of tanh from b to b + d, (log cosh(b + d) - log cosh b) / d; a Taylor series where that cancels. */
function meanTanh(b: number, d: number): number {
  if (Math.abs(d) > 1e-4) return (logCosh(b + d) - logCosh(b)) / d;
  const t = tanh(b);
  return t + (1 - t * t) * (d / 2 - (t * d * d) / 3);
}

/** log(cosh z), but for log 2. */
function logCosh(z: number): number {
  return Math.abs(z) + softplus(-2 * Math.abs(z));
}
