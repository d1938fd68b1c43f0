import { dopri5, normal, random, solve } from "@hml/integrators";

/** Numbers of a lifted state. */
export const LIFTED = 20;

/**
 * Runs of the van der Pol oscillator from given starts, lifted to twenty numbers u_k = tanh((a_k x + b_k y + c_k) / 2), with a, b,
 * c normal, `times` of them `dt` apart: [run, time, number]. White noise of deviation `noise`, whose future nothing tells, may be
 * added along two directions of about the length of one number's.
 */
export function liftedCycles(
  starts: readonly (readonly [x: number, y: number])[],
  times: number,
  dt: number,
  noise = 0,
): Float64Array {
  const draw = normal(random(5));
  const weights = Float64Array.from({ length: 5 * LIFTED }, draw);
  const values = new Float64Array(starts.length * times * LIFTED);
  let at = 0;
  for (const start of starts) {
    const { u } = solve(
      {
        rhs: (_t, [x, y], out) => {
          out[0] = y!;
          out[1] = (1 - x! * x!) * y! - x!;
        },
        size: 2,
      },
      start,
      [0, times * dt],
      { method: dopri5(), saveAt: Float64Array.from({ length: times }, (_, k) => k * dt) },
    );
    for (let t = 0; t < times; t++) {
      const [p, q] = [noise * draw(), noise * draw()];
      for (let k = 0; k < LIFTED; k++) {
        const [a, b, c, d, e] = weights.subarray(5 * k, 5 * k + 5) as unknown as [
          number,
          number,
          number,
          number,
          number,
        ];
        const lifted = Math.tanh(0.5 * (a * u[2 * t]! + b * u[2 * t + 1]! + c));
        values[at++] = lifted + (p * d + q * e) / Math.sqrt(LIFTED);
      }
    }
  }
  return values;
}
