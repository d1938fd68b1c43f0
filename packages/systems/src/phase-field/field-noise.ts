import { checkOptions, integer, oneOf, positive, show } from "@hml/guard";
import type { PeriodicField, SeededRandom, Stepper, Vec } from "@hml/integrators";
import { zigguratNormals } from "../ziggurat.ts";
import type { GridShape } from "./periodic-grid.ts";
import { squaredWavenumber } from "./squared-wavenumber.ts";

/** Thermal noise of a phase field. */
export interface FieldNoise {
  /**
   * s: u_t = ... + sqrt(2 s) eta ("white") or + sqrt(2 s) div eta ("conserved"), eta of unit strength in space and time.
   * M T, with the equation's own kind, has the equilibrium exp(-F / T).
   */
  readonly strength: number;
  /** A seeded source; step n of the flow draws from its stream n. */
  readonly random: SeededRandom;
  /** Default: conserved where the equation conserves int u, else white. */
  readonly kind?: "white" | "conserved";
  /** Number of the first step, to go on where another run stopped; default 0. */
  readonly firstStep?: number;
}

/** A noise with nothing left out. */
export interface CheckedNoise extends Required<FieldNoise> {}

/** Refuses what is no noise. */
export function checkNoise(where: string, noise: FieldNoise, conserved: boolean): CheckedNoise {
  checkOptions(where, noise, ["strength", "random", "kind", "firstStep"], "noise");
  const { strength, random, kind = conserved ? "conserved" : "white", firstStep = 0 } = noise;
  positive(where, "noise.strength", strength);
  oneOf(where, "noise.kind", kind, ["white", "conserved"]);
  integer(where, "noise.firstStep", firstStep);
  if (typeof random !== "function" || typeof random.fork !== "function") {
    throw new TypeError(`${where}: noise.random must be a source with streams, got ${show(random)}; pass random(seed)`);
  }
  return { strength, random, kind, firstStep };
}

/**
 * A scheme with noise: after every step each mode gets what the linear part of the scheme would have made of its noise over
 * the step. With L the implicit part of a mode and a(dt) what the scheme multiplies it by, that has the variance
 * s (a^2 - 1) / L, s (e^(2 L dt) - 1) / L for exact linear parts, so that a linear equation has its equilibrium, s / |L| in
 * each mode, for any dt. With the nonlinear part the order is 1, weakly.
 *
 * The divergence of a vector of white noises is white noise under sqrt(k^2), in law. A step makes a generator of its own: some
 * hundred bytes.
 *
 * Source: Cook, Acta Metall. 18 (1970) 297; Lord, Powell, Shardlow, An Introduction to Computational Stochastic PDEs (2014),
 * chapter 10.
 *
 * @param amplification - writes what one step of `dt` makes of each number of a state when there is no nonlinear part
 */
export function noisySteps(
  stepper: Stepper,
  field: PeriodicField,
  { size: points, cell }: GridShape,
  { strength, random, kind, firstStep }: CheckedNoise,
  amplification: (dt: number, out: Vec) => void,
): Stepper {
  const { size, linear } = field;
  const white = new Float64Array(points);
  const modes = new Float64Array(size);
  const amplitude = new Float64Array(size / 2);
  const spectrum = new Float64Array(size);
  for (let k = 0; k < size; k += 2) spectrum[k] = 1;
  if (kind === "conserved") field.operator(squaredWavenumber)(spectrum, spectrum);
  const factor = new Float64Array(size);
  let amplitudesOf = Number.NaN;
  let steps = firstStep;

  function setAmplitudes(dt: number): void {
    amplification(dt, factor);
    for (let k = 0; k < amplitude.length; k++) {
      const rate = linear[2 * k]!;
      const [re, im] = [factor[2 * k]!, factor[2 * k + 1]!];
      const gain = re * re + im * im - 1;
      // gain / (2 L) loses digits for small L dt, where it is dt (1 + L dt + ...).
      const effective = Math.abs(rate) * dt < 1e-7 ? dt : gain / (2 * rate);
      amplitude[k] = Math.sqrt(((2 * strength) / cell) * spectrum[2 * k]! * effective);
    }
    amplitudesOf = dt;
  }

  return {
    size,
    order: 1,
    step(t, dt, u, out) {
      if (dt !== amplitudesOf) setAmplitudes(dt);
      stepper.step(t, dt, u, out);
      zigguratNormals(random.fork(steps))(white);
      steps++;
      field.transform(white, modes);
      for (let k = 0; k < amplitude.length; k++) {
        out[2 * k] = out[2 * k]! + amplitude[k]! * modes[2 * k]!;
        out[2 * k + 1] = out[2 * k + 1]! + amplitude[k]! * modes[2 * k + 1]!;
      }
    },
  };
}
