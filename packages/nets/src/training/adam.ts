import { checkOptions, finite, positive } from "@hml/guard";

/**
 * Constants of the Adam optimiser with bias correction: m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2, and the
 * parameters lose rate m' / (sqrt(v') + epsilon) with m' = m / (1 - beta1^t), v' = v / (1 - beta2^t).
 *
 * Source: Kingma and Ba, ICLR 2015, Algorithm 1.
 */
export interface AdamOptions {
  /** Decay of the mean of gradients, in [0, 1); default 0.9. */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients, in [0, 1); default 0.999. */
  readonly beta2?: number;
  /** Added to the root of the mean square; default 1e-8 (as PyTorch; Keras has 1e-7). */
  readonly epsilon?: number;
}

/** Constants of Adam, none left to default. */
export type AdamConstants = Required<AdamOptions>;

/** Checks the constants and fills in the defaults. */
export function adamConstants(where: string, options: AdamOptions): AdamConstants {
  checkOptions(where, options, ["beta1", "beta2", "epsilon"], "adam");
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  fraction(where, "adam.beta1", beta1);
  fraction(where, "adam.beta2", beta2);
  return { beta1, beta2, epsilon: positive(where, "adam.epsilon", epsilon) };
}

function fraction(where: string, name: string, value: unknown): void {
  const number = finite(where, name, value);
  if (!(number >= 0 && number < 1)) throw new RangeError(`${where}: ${name} must lie in [0, 1), got ${number}`);
}
