import { gemm } from "@hml/kernels";
import { arrayBytes } from "../network/part.ts";
import { type EngineKind, engineFor } from "../network/net-engine.ts";

/** Sums of products of the numbers of samples, gathered block by block. */
export interface Moments {
  /** Room for the numbers of the next sample, [size]: fill it, then call `add`. */
  readonly sample: Float64Array;
  /** Takes up the sample with a weight, not negative. */
  add(weight: number): void;
  /** The sums of weight * x_i x_j, [size, size], over the sum of weights. */
  means(): Float64Array;
}

/** Samples of one product. */
const BLOCK = 256;

/** Gathers samples of `size` numbers, by products of matrices on an engine; sums run over blocks of 256 samples. */
export function moments(size: number, kind: EngineKind): Moments {
  // Both factors, the second one packed into panels of eight columns, and the product.
  const numbers = (3 * size + 8) * BLOCK + size * size;
  const engine = engineFor(kind, arrayBytes("float64", numbers) + 64);
  const { a, b, c, multiply } = gemm(engine, { m: size, n: size, k: BLOCK });
  const total = new Float64Array(size * size);
  const sample = new Float64Array(size);
  let filled = 0;
  let weights = 0;
  const flush = (): void => {
    if (filled === 0) return;
    for (let k = filled; k < BLOCK; k++) {
      b.fill(0, k * size, (k + 1) * size);
      for (let i = 0; i < size; i++) a[i * BLOCK + k] = 0;
    }
    multiply();
    for (let i = 0; i < total.length; i++) total[i] = total[i]! + c[i]!;
    filled = 0;
  };
  return {
    sample,
    add(weight) {
      for (let i = 0; i < size; i++) {
        b[filled * size + i] = sample[i]!;
        a[i * BLOCK + filled] = weight * sample[i]!;
      }
      weights += weight;
      filled++;
      if (filled === BLOCK) flush();
    },
    means() {
      flush();
      return total.map((sum) => sum / weights);
    },
  };
}
