import { callable, checkOptions, float64, nonNegative, positive } from "@hml/guard";
import {
  imex1,
  IntegrationError,
  type PeriodicFieldOptions,
  periodicField,
  type SemilinearScheme,
  type TimeStepper,
  timeStepper,
  type Vec,
} from "@hml/integrators";
import { parametersFrom } from "../files/weights.ts";
import { buildNetwork } from "../network/build-network.ts";
import { denseChain, denseChainBytes } from "../network/dense-chain.ts";
import { rowEvaluator } from "../network/net-evaluator.ts";
import { extentsOf } from "../network/row-layout.ts";
import { type GradientFlowNet, gradientFlowShape } from "../spec/gradient-flow-net.ts";
import { freeEnergyOf, gradientFlowOf } from "./free-energy-of.ts";
import type { Trained } from "./trained.ts";

/** The grid on which a learned gradient flow runs, and how. */
export interface GradientFlowStepperOptions {
  /** Points along x, or along each axis, x contiguous in the state; any numbers. */
  readonly points: number | readonly number[];
  /** Longest step. */
  readonly dt: number;
  /**
   * S, taken implicitly in place of explicitly. Default the one with which `imex1` and `etd1` lower the energy at any dt; a
   * smaller one, such as 0 with `etdrk4`, is more accurate and promises nothing.
   */
  readonly stabilisation?: number;
  /** `imex1`, the default, or another scheme of `@hml/integrators`. */
  readonly scheme?: SemilinearScheme;
  /** Makes the transforms, such as `(shape) => realFft(engine, shape)` of `@hml/kernels`; default plain loops. */
  readonly fft?: NonNullable<PeriodicFieldOptions["fft"]>;
}

/** A learned gradient flow on a grid. */
export interface GradientFlowStepper extends TimeStepper {
  /** The learned free energy F of a field. */
  energy(u: Vec): number;
  /** int u. */
  mass(u: Vec): number;
}

const WHERE = "gradientFlowStepper";
const TILE_POINTS = 2048;

/**
 * A trained gradient-flow net as a flow of fields on a periodic grid, of any number of points at the net's spacing:
 *
 *   u' = m (Q + S) u + m (f'(u) - S u),  m = -M or -M k^2, the first part implicit, the second explicit.
 *
 * With the default S and `imex1` or `etd1` the learned energy falls at every step of any size; the conserved form keeps the
 * mean to rounding with every scheme. Time runs forwards only. Owns scratch: not re-entrant.
 *
 * `advance` throws IntegrationError `nonfinite-state` for a field that is not finite afterwards, and leaves it as it was.
 * Source: Shen and Yang, Discrete Contin. Dyn. Syst. 28 (2010) 1669, section 3.
 *
 * @throws TypeError or RangeError for bad options or a net of another kind
 */
export function gradientFlowStepper(
  trained: Pick<Trained, "spec" | "weights">,
  options: GradientFlowStepperOptions,
): GradientFlowStepper {
  checkOptions(WHERE, options, ["points", "dt", "stabilisation", "scheme", "fft"]);
  const spec = gradientFlowOf(WHERE, trained.spec);
  const extents = extentsOf(WHERE, "points", options.points);
  const dt = positive(WHERE, "dt", options.dt);
  const { scheme = imex1, fft } = options;
  callable(WHERE, "scheme", scheme);
  const learned = freeEnergyOf(trained);
  const { gradient, local } = learned.energy;
  const implicit = nonNegative(WHERE, "stabilisation", options.stabilisation ?? learned.stabilisation);
  const spacings = spacingsOf(spec, extents);
  const size = extents.reduce((a, b) => a * b, 1);
  const cell = spacings.reduce((a, b) => a * b, 1);
  const slope = localSlope(spec, parametersFrom(WHERE, spec, trained.weights()));
  const outer = (kx: number, ky: number, kz: number): number =>
    -learned.coefficient * (learned.mobility === "conserved" ? kx * kx + ky * ky + kz * kz : 1);
  const field = periodicField({
    points: perAxis(extents),
    length: perAxis(extents.map((n, axis) => n * spacings[axis]!)),
    symbol: (kx, ky, kz) => outer(kx, ky, kz) * (gradient(kx, ky, kz) + implicit),
    nonlinear(_t, u, out) {
      slope(u, out);
      for (let i = 0; i < size; i++) out[i] = out[i]! - implicit * u[i]!;
    },
    outer,
    ...(fft === undefined ? {} : { fft }),
  });
  const run = timeStepper(scheme(field), dt);
  const stiffness = field.operator(gradient);
  const coefficients = new Float64Array(field.size);
  const values = new Float64Array(size);
  return Object.freeze({
    size,
    dt,
    advance(u: Vec, t0: number, t1: number) {
      float64(WHERE, "u", u, size);
      if (!(t1 >= t0)) throw new RangeError(`${WHERE}: t1 must not be before t0 = ${t0}, got ${t1}`);
      if (t1 === t0) return;
      field.transform(u, coefficients);
      run.advance(coefficients, t0, t1);
      field.field(coefficients, values);
      const bad = values.findIndex((value) => !Number.isFinite(value));
      if (bad >= 0) {
        const what = `${WHERE}: u[${bad}] became ${values[bad]} between t = ${t0} and ${t1}`;
        throw new IntegrationError("nonfinite-state", t0, 0, what);
      }
      u.set(values);
    },
    energy(u: Vec) {
      float64(WHERE, "u", u, size);
      field.transform(u, coefficients);
      stiffness(coefficients, coefficients);
      field.field(coefficients, values);
      let sum = 0;
      for (let i = 0; i < size; i++) sum += 0.5 * u[i]! * values[i]! + local.density(u[i]!);
      return cell * sum;
    },
    mass(u: Vec) {
      float64(WHERE, "u", u, size);
      let sum = 0;
      for (let i = 0; i < size; i++) sum += u[i]!;
      return cell * sum;
    },
  });
}

/** f' of every value, by the net's layers. */
function localSlope(spec: GradientFlowNet, parameters: Float64Array): (u: Vec, out: Vec) => void {
  const { layers, layout } = gradientFlowShape(spec);
  for (let j = 0; j < spec.units; j++) {
    parameters[layers[0].weightAt + j] = parameters[layers[0].weightAt + j]! / spec.amplitude;
  }
  const options = { rows: TILE_POINTS, engine: "wasm", precision: "float64", trainable: false, parameters } as const;
  const chain = buildNetwork(layout, denseChainBytes(layers, options), options, (site) => denseChain(site, layers));
  const net = rowEvaluator(chain, 1, 1, TILE_POINTS);
  return (u, out) => net.evaluate(u, undefined, u.length, out);
}

function spacingsOf({ spacing }: GradientFlowNet, extents: readonly number[]): readonly number[] {
  if (typeof spacing === "number") return extents.map(() => spacing);
  if (spacing.length === extents.length) return spacing;
  throw new RangeError(
    `${WHERE}: points must have one number an axis as the net's spacing has, ${spacing.length}, got ${extents.length}`,
  );
}

/** Lengths of one to three axes as `periodicField` takes them. */
function perAxis(values: readonly number[]): PeriodicFieldOptions["points"] {
  const [x = 1, y, z] = values;
  if (y === undefined) return x;
  return z === undefined ? [x, y] : [x, y, z];
}
