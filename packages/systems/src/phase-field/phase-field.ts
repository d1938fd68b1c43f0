import { callable, checkOptions, float64, nonNegative, positive, show } from "@hml/guard";
import {
  type GridFft,
  imex1,
  type PeriodicField,
  type PeriodicFieldOptions,
  periodicField,
  type Rhs,
  type SemilinearScheme,
  type TimeStepper,
  timeStepper,
  type Vec,
} from "@hml/integrators";
import { checkFinite } from "../finite-state.ts";
import { dyadicSteps } from "./dyadic-steps.ts";
import { conservesMean, type FieldEquation, fieldEquation, spectralParts } from "./field-equation.ts";
import { checkNoise, type FieldNoise, noisySteps } from "./field-noise.ts";
import { fieldSums, modeWeights, total } from "./field-sums.ts";
import { type CheckedFreeEnergy, type GradientFlow, gradientFlow } from "./gradient-flow.ts";
import { gradientParts } from "./gradient-parts.ts";
import { gridShape, type PeriodicGrid, perAxis } from "./periodic-grid.ts";
import { lawChecks, type PhaseFieldGuard } from "./phase-field-guard.ts";

/** How `phaseField` discretises an equation. */
export interface PhaseFieldOptions extends PeriodicGrid {
  /** Longest time step. */
  readonly dt: number;
  /** `imex1` (the default), `etd1`, `etdrk4` or another scheme of `@hml/integrators` for semilinear problems. */
  readonly scheme?: SemilinearScheme;
  /**
   * S of a gradient flow: b u + f'(u) is taken explicitly and S u implicitly. With `imex1` or `etd1` the free energy then falls
   * at any dt, if S is at least half of the largest |b + f''(u)|. Default: none, and b u is implicit.
   */
  readonly stabilisation?: number;
  /** Allowed root mean square error of a step: steps are halved until they meet it. Default: all steps are equal. */
  readonly tolerance?: number;
  /** Thermal noise; steps are equal then. */
  readonly noise?: FieldNoise;
  /** Watches free energy and mass at the end of every advance; `{}` for its defaults. */
  readonly guard?: PhaseFieldGuard;
  /** Makes the transforms, as for `periodicField`; default plain loops. */
  readonly fft?: (shape: readonly number[]) => GridFft;
}

/** An equation as a flow of the values of a field at the points of a periodic grid, x contiguous. */
export interface FieldFlow extends TimeStepper {
  /** Points along x, y, z, as many axes as there are. */
  readonly points: readonly number[];
  /** Spacing along each axis. */
  readonly spacing: readonly number[];
  /** Longest time step. */
  readonly dt: number;
  /** The grid points along each axis. */
  readonly axes: readonly Vec[];
  /** The semilinear problem in Fourier coefficients, for `solve(etdrk4(flow.spectral), ...)`; shares the flow's scratch. */
  readonly spectral: PeriodicField;
  /** u_t of the grid's values, for a method of your own. */
  readonly rhs: Rhs;
  /** int u. */
  mass(u: Vec): number;
}

/** A gradient flow on a grid. */
export interface PhaseField extends FieldFlow {
  /** The free energy F of a field. */
  energy(u: Vec): number;
}

const WHERE = "phaseField";
const KNOWN = ["points", "spacing", "dt", "scheme", "stabilisation", "tolerance", "noise", "guard", "fft"];

/**
 * A phase-field model on a periodic line, rectangle or box, by Fourier collocation: a model of the literature (`allenCahn`,
 * `cahnHilliard`, `phaseFieldCrystal`), a free energy of your own (`gradientFlow`) or a right-hand side (`fieldEquation`).
 *
 * In coefficients u' = L u + N(u), where L has all of the quadratic energy, and any scheme for such problems does the steps:
 *
 *   imex1   (1 - dt L) u+ = u + dt N(u);  etd1   u+ = e^(dt L) u + dt phi_1(dt L) N(u);  etdrk4, of order 4; ...
 *
 * An advance is cut into equal steps of at most `dt`, or by `tolerance`; it transforms the field once at its beginning and
 * once at its end. No term is dealiased. Time runs forwards only. `stabilisation`: 1 for the two models of u^4 while |u| <= 1;
 * S = max |b + f''| / 2.
 *
 * ```ts
 * const flow = phaseField(cahnHilliard(), { points: [128, 96], spacing: 1, dt: 0.01, guard: {} });
 * const u = uniformField(flow, { low: -1, high: 1, random: random(1) });
 * flow.advance(u, 0, 20);
 * console.log(flow.energy(u), flow.mass(u));
 * ```
 *
 * `advance` throws IntegrationError: `nonfinite-state` for a field that is not finite afterwards, `step-too-small` for a
 * tolerance that no step meets; PhaseFieldError for a broken law. The field is then as it was. Owns scratch: not re-entrant.
 * Good starting values: spacing 1 or less for walls of width sqrt 2, the steps named at each model.
 *
 * @throws TypeError or RangeError for a malformed equation or options, and for a `dt` at which the scheme would turn a growing
 * mode over (dt max L >= 1 with `imex1`)
 * Source: Kiyani, Silber, Kooshkbaghi, Karttunen, Phys. Rev. E 106 (2022) 065303, section II; stabilisation: Shen and Yang,
 * Discrete Contin. Dyn. Syst. 28 (2010) 1669.
 */
export function phaseField(equation: GradientFlow, options: PhaseFieldOptions): PhaseField;
export function phaseField(equation: FieldEquation, options: PhaseFieldOptions): FieldFlow;
export function phaseField(equation: GradientFlow | FieldEquation, options: PhaseFieldOptions): FieldFlow | PhaseField {
  checkOptions(WHERE, options, KNOWN);
  const grid = gridShape(WHERE, options);
  const { size } = grid;
  const dt = positive(WHERE, "dt", options.dt);
  const { scheme = imex1, stabilisation, tolerance, fft } = options;
  callable(WHERE, "scheme", scheme);
  if (tolerance !== undefined) positive(WHERE, "tolerance", tolerance);
  if (stabilisation !== undefined) nonNegative(WHERE, "stabilisation", stabilisation);
  const { energy, conserves, parts } = split(equation, stabilisation, size);
  const noise = options.noise === undefined ? undefined : checkNoise(WHERE, options.noise, conserves);
  if (noise !== undefined && tolerance !== undefined) {
    throw new TypeError(`${WHERE}: tolerance must be left out with noise, whose steps are equal`);
  }
  const laws = lawChecks(WHERE, options.guard, {
    dissipates: energy !== undefined && noise === undefined,
    conserves: conserves && noise?.kind !== "white",
  });
  const spectral = periodicField({
    points: perAxis(grid.points),
    length: perAxis(grid.lengths),
    ...parts,
    ...(fft === undefined ? {} : { fft }),
  });
  const amplification = linearSteps(scheme, spectral);
  checkGrowth(spectral, dt, amplification);
  const plain = scheme(spectral);
  const stepper = noise === undefined ? plain : noisySteps(plain, spectral, grid, noise, amplification);
  const weights = modeWeights(grid.points);
  const run =
    tolerance === undefined
      ? timeStepper(stepper, dt).advance
      : dyadicSteps(stepper, { dt, tolerance, distance: (a, b) => rootMeanSquare(weights, a, b) });
  const sums = fieldSums(energy, spectral, grid);
  const linear = spectral.operator(parts.symbol);
  const coefficients = new Float64Array(spectral.size);
  const slopes = new Float64Array(spectral.size);
  const values = new Float64Array(size);
  const flow: FieldFlow = {
    size,
    dt,
    points: grid.points,
    spacing: grid.spacing,
    axes: spectral.axes,
    spectral,
    rhs(t, u, out) {
      spectral.transform(u, coefficients);
      spectral.nonlinear(t, coefficients, slopes);
      linear(coefficients, coefficients);
      for (let k = 0; k < slopes.length; k++) slopes[k] = slopes[k]! + coefficients[k]!;
      spectral.field(slopes, out);
    },
    mass: (u) => grid.cell * total(float64(WHERE, "u", u, size)),
    advance(u, t0, t1) {
      float64(WHERE, "u", u, size);
      if (!(t1 >= t0)) throw new RangeError(`${WHERE}: t1 must not be before t0 = ${t0}, got ${t1}`);
      if (t1 === t0) return;
      spectral.transform(u, coefficients);
      const before = laws === undefined ? undefined : sums(coefficients, u);
      run(coefficients, t0, t1);
      spectral.field(coefficients, values);
      checkFinite(WHERE, values, t0, t1);
      if (before !== undefined) laws?.(before, sums(coefficients, values), t0, t1, Math.ceil((t1 - t0) / dt));
      u.set(values);
    },
  };
  if (energy === undefined) return Object.freeze(flow);
  return Object.freeze({
    ...flow,
    energy(u: Vec) {
      spectral.transform(u, coefficients);
      return sums(coefficients, u).energy;
    },
  });
}

/** An equation as L and N, and what is known of it. */
function split(
  equation: GradientFlow | FieldEquation,
  stabilisation: number | undefined,
  size: number,
): {
  readonly energy?: CheckedFreeEnergy;
  readonly conserves: boolean;
  readonly parts: Pick<PeriodicFieldOptions, "symbol" | "nonlinear" | "outer" | "inner">;
} {
  if (equation === null || typeof equation !== "object") {
    throw new TypeError(`${WHERE}: equation must be a gradient flow or a field equation, got ${show(equation)}`);
  }
  if ("energy" in equation) {
    const flow = gradientFlow(equation);
    return { energy: flow.energy, conserves: flow.mobility === "conserved", parts: gradientParts(flow, stabilisation) };
  }
  if (stabilisation !== undefined) {
    throw new TypeError(`${WHERE}: stabilisation must be left out for an equation without a free energy`);
  }
  const checked = fieldEquation(equation);
  return { conserves: conservesMean(checked), parts: spectralParts(checked, size) };
}

/** What a step of the scheme makes of each number of a state without the nonlinear part. */
function linearSteps(
  scheme: SemilinearScheme,
  { size, scalars, linear }: PeriodicField,
): (dt: number, out: Vec) => void {
  const stepper = scheme({ size, scalars, linear, nonlinear: (_t, _u, out) => void out.fill(0) });
  const ones = Float64Array.from({ length: size }, (_, k) => (k % 2 === 0 ? 1 : 0));
  return (dt, out) => stepper.step(0, dt, ones, out);
}

/** An implicit step of a growing mode has a pole, beyond which the mode changes its sign instead of growing. */
function checkGrowth({ size, linear }: PeriodicField, dt: number, amplification: (dt: number, out: Vec) => void): void {
  const factor = new Float64Array(size);
  amplification(dt, factor);
  for (let k = 0; k < size; k += 2) {
    const rate = linear[k]!;
    if (rate > 0 && linear[k + 1] === 0 && !(factor[k]! > 0 && Number.isFinite(factor[k]))) {
      throw new RangeError(
        `${WHERE}: dt must let growing modes grow, but a step of ${dt} multiplies one with the rate ${rate} by ` +
          `${factor[k]}; take less than ${1 / rate}, a stabilisation, or an exponential scheme`,
      );
    }
  }
}

/** The root mean square of a difference of fields, from their coefficients. */
function rootMeanSquare(weights: Vec, a: Vec, b: Vec): number {
  let sum = 0;
  for (let k = 0; k < weights.length; k++) {
    const re = a[2 * k]! - b[2 * k]!;
    const im = a[2 * k + 1]! - b[2 * k + 1]!;
    sum += weights[k]! * (re * re + im * im);
  }
  return Math.sqrt(sum);
}
