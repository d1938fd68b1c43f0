import { numpyRandom } from "@hml/integrators";

/** One initial field of the study: u(x) = shift + sum_k A_k sin(2 pi l_k x + phi_k). */
export interface InitialCondition {
  readonly amplitudes: Float64Array;
  readonly wavenumbers: Float64Array;
  readonly phases: Float64Array;
  readonly shift: number;
}

const MODES = 20;

/**
 * The authors' initial conditions in their program's order of draws (amplitudes in [-0.5, 0.5], phases in [0, 2 pi],
 * wavenumbers in [0, 4], NumPy's legacy stream), so that seed 42 gives the very ten trajectories of the paper. Fields that
 * dip below 0.05 at 128 points of [0, 2 pi] are lifted by their minimum's modulus and 0.1.
 */
export function initialConditions(seed: number, count: number): InitialCondition[] {
  const draw = numpyRandom(seed);
  const uniforms = (): Float64Array => Float64Array.from({ length: MODES }, draw);
  return Array.from({ length: count }, () => {
    const amplitudes = uniforms().map((r) => r - 0.5);
    const phases = uniforms().map((r) => 2 * Math.PI * r);
    const wavenumbers = uniforms().map((r) => 4 * r);
    const field = { amplitudes, wavenumbers, phases, shift: 0 };
    let minimum = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 128; i++) minimum = Math.min(minimum, initialField(field, (2 * Math.PI * i) / 127));
    return { ...field, shift: minimum < 0.05 ? Math.abs(minimum) + 0.1 : 0 };
  });
}

/** u(x) at t = 0. */
export function initialField({ amplitudes, wavenumbers, phases, shift }: InitialCondition, x: number): number {
  let u = shift;
  for (let k = 0; k < MODES; k++) u += amplitudes[k]! * Math.sin(2 * Math.PI * wavenumbers[k]! * x + phases[k]!);
  return u;
}
