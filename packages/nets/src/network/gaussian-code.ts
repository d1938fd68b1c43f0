import { normal } from "@hml/integrators";
import { exp } from "@hml/kernels";
import type { VariationalTerm } from "../spec/variational-autoencoder.ts";
import { arrayBytes, arrayOf, type FloatArray, type NetworkOptions, type Part, type Site } from "./part.ts";

/** What a code is wired to: the layer that gives means and log variances. */
export interface CodeWiring {
  /** [rows, mean or log variance, number], the output of the part below. */
  readonly input: FloatArray;
  /** The part's output gradient; empty when nothing is trained. */
  readonly inputGradient: FloatArray;
}

/**
 * z = mu + exp(l / 2) e in training, e from N(0, 1), and z = mu in use; its penalty is beta times the divergence
 * 1/2 sum (exp(l) + mu^2 - 1 - l) of N(mu, exp l) from N(0, 1). Sums are taken in float64.
 */
export function gaussianCode(site: Site, size: number, term: VariationalTerm, wiring: CodeWiring): Part {
  const { engine, precision, rows, trainable, random } = site;
  const { input, inputGradient } = wiring;
  const output = arrayOf(engine, precision, rows * size);
  const outputGradient = arrayOf(engine, precision, trainable ? rows * size : 0);
  let gauss = random === undefined ? undefined : normal(random);
  /** exp(l / 2) e of the last rows in training, */
  const shifts = new Float64Array(rows * size);
  /** and what the divergence of each row counts going backwards. */
  const factors = new Float64Array(rows);
  let drawn = false;
  let warm = term.beta;
  return {
    input,
    inputGradient,
    output,
    outputGradient,
    update() {},
    begin(epoch) {
      // Normal numbers come in pairs, and the second one must not wait across epochs.
      gauss = random === undefined ? undefined : normal(random);
      warm = term.warmup === 0 ? term.beta : term.beta * Math.min(1, (epoch - 1) / term.warmup);
    },
    forward(count, training = false) {
      drawn = training;
      if (training && gauss === undefined)
        throw new Error("gaussianCode: training draws codes; give it a random source");
      for (let r = 0; r < count; r++) {
        for (let j = 0; j < size; j++) {
          const i = r * size + j;
          const mean = input[2 * r * size + j]!;
          const shift = training ? exp(0.5 * input[(2 * r + 1) * size + j]!) * gauss!() : 0;
          shifts[i] = shift;
          output[i] = mean + shift;
        }
      }
      factors.fill(0, 0, count);
    },
    penalty(row, factor) {
      // Epochs are compared by the loss in use, so that one has the whole weight from the first epoch on.
      const beta = drawn ? warm : term.beta;
      factors[row] = beta * factor;
      let sum = 0;
      for (let j = 0; j < size; j++) {
        const mean = input[2 * row * size + j]!;
        const log = input[(2 * row + 1) * size + j]!;
        sum += exp(log) + mean * mean - 1 - log;
      }
      return beta * 0.5 * sum;
    },
    backward(count) {
      for (let r = 0; r < count; r++) {
        const factor = factors[r]!;
        for (let j = 0; j < size; j++) {
          const at = 2 * r * size + j;
          const slope = outputGradient[r * size + j]!;
          inputGradient[at] = slope + factor * input[at]!;
          const grown = exp(input[at + size]!) - 1;
          inputGradient[at + size] = 0.5 * (slope * shifts[r * size + j]! + factor * grown);
        }
      }
    },
  };
}

/** What a code takes of an engine. */
export function gaussianCodeBytes(
  size: number,
  { rows, precision, trainable }: Pick<NetworkOptions, "rows" | "precision" | "trainable">,
): number {
  return (trainable ? 2 : 1) * arrayBytes(precision, rows * size);
}
