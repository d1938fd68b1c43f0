import { type ChunkLoss, countedSteps, type WindowBatch } from "../src/training/chunk-loss.ts";

/**
 * The largest error of a gradient at `numbers` against central differences of fourth order, relative to its largest
 * component. `value` is the loss at given numbers, the same whenever it is asked.
 */
export function differenceError(
  value: (numbers: Float64Array) => number,
  gradient: Float64Array,
  numbers: Float64Array,
  h: number,
): number {
  const largest = Math.max(...gradient.map(Math.abs));
  if (!(largest > 1e-3)) throw new Error(`differenceError: a gradient of ${largest} shows nothing`);
  let worst = 0;
  for (let i = 0; i < numbers.length; i++) {
    const at = (shift: number): number => {
      const shifted = numbers.slice();
      shifted[i] = shifted[i]! + shift;
      return value(shifted);
    };
    const difference = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
    const error = Math.abs(difference - gradient[i]!) / largest;
    if (!(error <= worst)) worst = error;
  }
  return worst;
}

/** The loss of a whole from chunks that end at `cuts`, the net reading its own predictions; the last cut is the end. */
export function lossInChunks(loss: ChunkLoss, batch: WindowBatch, cuts: readonly number[], warmUp: number): number {
  loss.start();
  let sum = 0;
  let from = 0;
  for (const to of cuts) {
    const chunk = loss.value(batch, { from, steps: to - from, backward: from > 0, own: 1 });
    sum += chunk * countedSteps(from, to - from, warmUp);
    from = to;
  }
  return sum / (from - warmUp);
}

/** The largest difference over the largest size. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [difference, size] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    difference = Math.max(difference, Math.abs(a[i]! - b[i]!));
    size = Math.max(size, Math.abs(b[i]!));
  }
  return difference / size;
}
