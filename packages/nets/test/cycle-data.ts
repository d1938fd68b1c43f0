import { random } from "@hml/integrators";

/**
 * Sequences of the van der Pol oscillator, x' = y, y' = (1 - x^2) y - x, by ten steps of Runge-Kutta from one time to the
 * next, from random states: [sequence, time, (x, y)]. Its limit cycle has a period of 6.6633 and reaches |x| = 2.0086.
 */
export function limitCycles(sequences: number, times: number, dt: number, seed: number): Float64Array {
  const source = random(seed);
  const out = new Float64Array(sequences * times * 2);
  const h = dt / 10;
  const slope = (x: number, y: number): readonly [number, number] => [y, (1 - x * x) * y - x];
  for (let s = 0; s < sequences; s++) {
    let [x, y] = [4 * source() - 2, 4 * source() - 2];
    for (let t = 0; t < times; t++) {
      out.set([x, y], (s * times + t) * 2);
      for (let k = 0; k < 10; k++) {
        const [x1, y1] = slope(x, y);
        const [x2, y2] = slope(x + (h / 2) * x1, y + (h / 2) * y1);
        const [x3, y3] = slope(x + (h / 2) * x2, y + (h / 2) * y2);
        const [x4, y4] = slope(x + h * x3, y + h * y3);
        x += (h / 6) * (x1 + 2 * x2 + 2 * x3 + x4);
        y += (h / 6) * (y1 + 2 * y2 + 2 * y3 + y4);
      }
    }
  }
  return out;
}
