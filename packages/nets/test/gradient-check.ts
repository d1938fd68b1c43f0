import type { RowLoss } from "../src/training/row-loss.ts";
import type { Samples } from "../src/training/training-data.ts";

/**
 * The largest error of a loss's gradient in training against central differences of fourth order,
 * (8 (L(h) - L(-h)) - (L(2h) - L(-2h))) / 12 h, each relative to its component, or to 1e-3 of the largest one where that
 * is more. With h = 1e-4 and a smooth loss of order 1 the formula leaves 1e-16 of truncation and some 1e-12 of rounding.
 */
export function gradientError(loss: RowLoss, samples: Samples, order: Int32Array, h = 1e-4): number {
  const { parameters, gradient: live } = loss.network;
  const value = (): number => loss.valueAndGradient(samples, order, 0, order.length);
  value();
  const gradient = live.slice();
  const largest = Array.from(gradient).reduce((most, g) => Math.max(most, Math.abs(g)), 0);
  if (!(largest > 1e-3)) throw new Error(`gradientError: a gradient of ${largest} shows nothing`);
  let worst = 0;
  for (let i = 0; i < gradient.length; i++) {
    const start = parameters[i]!;
    const at = (shift: number): number => {
      parameters[i] = start + shift;
      return value();
    };
    const difference = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
    parameters[i] = start;
    const scale = Math.max(Math.abs(gradient[i]!), 1e-3 * largest);
    const error = Math.abs(difference - gradient[i]!) / scale;
    if (!(error <= worst)) worst = error;
  }
  return worst;
}
