import { checkOptions, finite, integer, nonNegative, positive, show } from "@hml/guard";
import { adamCode } from "./adam-code.ts";
import { allocate, type KernelEngine, own } from "./engine.ts";
import { LARGEST } from "./gemm.ts";
import { checkApart } from "./overlap.ts";
import { checkPrecision, type FloatArrays, type Precision } from "./precision.ts";

/** What an optimiser works on, and its constants. */
export interface AdamOptions<P extends Precision = "float64"> {
  /** Stepped in place, an array of the engine. */
  readonly parameters: FloatArrays[P];
  /** dL/d(parameters), of the same length; read, never written. */
  readonly gradient: FloatArrays[P];
  /** That of the arrays; `float64` unless told otherwise. */
  readonly precision?: P;
  /** What stays of the mean of gradients at a step, in [0, 1); 0.9 unless told otherwise. */
  readonly beta1?: number;
  /** What stays of the mean of squares at a step, in [0, 1); 0.999 unless told otherwise. */
  readonly beta2?: number;
  /** Added to the root of the mean square, positive; 1e-8 unless told otherwise (as PyTorch; Keras has 1e-7). */
  readonly epsilon?: number;
  /** Weight decay lambda of AdamW, 0 (default) for Adam; 1e-2 is PyTorch's choice, 1e-4 to 1e-2 is usual. */
  readonly decay?: number;
  /** The parameters [from, to) that decay, upwards and apart; all unless told otherwise. Weights decay, biases need not. */
  readonly decayed?: readonly (readonly [from: number, to: number])[];
}

/** What decides how much memory an optimiser takes. */
export interface AdamSizes {
  /** Number of parameters. */
  readonly parameters: number;
  /** `float64` unless told otherwise. */
  readonly precision?: Precision;
}

/** An optimiser with its state. To resume from a checkpoint set `m` and `v` and call `resume`. */
export interface Adam<P extends Precision = "float64"> {
  /** Mean of gradients, an array of the engine; zero in the beginning. */
  readonly m: FloatArrays[P];
  /** Mean of squared gradients, an array of the engine; zero in the beginning. */
  readonly v: FloatArrays[P];
  /** Steps made so far. */
  readonly steps: number;
  /** One step with this rate; allocates nothing. @throws TypeError, RangeError for a rate that is not finite. */
  step(learningRate: number): void;
  /** Continues as after so many steps, 0 to begin anew; `m` and `v` are the caller's to set. @throws RangeError. */
  resume(steps: number): void;
}

const KEYS: readonly (keyof AdamOptions)[] = [
  "parameters",
  "gradient",
  "precision",
  "beta1",
  "beta2",
  "epsilon",
  "decay",
  "decayed",
];

/** A power below this is lost beside 1. */
const NEGLIGIBLE = 1e-30;

/**
 * The Adam optimiser, and with `decay` AdamW, whose decay does not pass through the means. With the gradient g, step t and
 * rate a,
 *
 *     m = beta1 m + (1 - beta1) g
 *     v = beta2 v + (1 - beta2) g^2
 *     p = (1 - a decay) p - a m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon)
 *
 * Powers of beta are products, in float64, as are the rate and the factor of v, which are rounded once for float32. The bits
 * do not depend on the engine. A NaN in the gradient shows in its parameter. Good rates are 1e-4 to 1e-2.
 *
 * Sources: D. P. Kingma and J. Ba, Adam, ICLR 2015, algorithm 1; I. Loshchilov and F. Hutter, Decoupled weight decay
 * regularization, ICLR 2019, algorithm 2, with PyTorch's choice that the rate multiplies the decay.
 *
 * @throws TypeError, RangeError for bad options, arrays that are not the engine's, of different lengths or overlapping, and
 * when m and v do not fit into the engine.
 */
export function adam<P extends Precision = "float64">(engine: KernelEngine, options: AdamOptions<P>): Adam<P> {
  const where = "adam";
  checkOptions(where, options, KEYS);
  const precision = checkPrecision(where, options.precision ?? "float64") as P;
  const parameters = own(where, engine, precision, "parameters", options.parameters);
  const { length } = parameters;
  const gradient = own(where, engine, precision, "gradient", options.gradient, length);
  checkApart(where, { parameters, gradient });
  const beta1 = fraction(where, "beta1", options.beta1 ?? 0.9);
  const beta2 = fraction(where, "beta2", options.beta2 ?? 0.999);
  const epsilon = positive(where, "epsilon", options.epsilon ?? 1e-8);
  const decay = nonNegative(where, "decay", options.decay ?? 0);
  const segments = segmentsOf(where, options.decayed, length, decay);
  const m = allocate(engine, precision, length);
  const v = allocate(engine, precision, length);
  const code = adamCode(where, engine, precision, { parameters, gradient, m, v }, { beta1, beta2, epsilon });

  let steps = 0;
  let power1 = 1;
  let power2 = 1;
  return {
    m,
    v,
    get steps() {
      return steps;
    },
    step(learningRate) {
      finite("adam.step", "learningRate", learningRate);
      steps++;
      power1 *= beta1;
      power2 *= beta2;
      const rate = learningRate / (1 - power1);
      const correction = 1 / (1 - power2);
      for (const { from, to, decay: part } of segments) code(from, to, rate, correction, 1 - learningRate * part);
    },
    resume(count) {
      steps = integer("adam.resume", "steps", count);
      power1 = productOf(beta1, count);
      power2 = productOf(beta2, count);
    },
  };
}

/**
 * Bytes of an engine that `adam` takes beside the parameters and their gradient.
 *
 * @throws TypeError, RangeError for bad options.
 */
export function adamBytes(options: AdamSizes): number {
  const where = "adamBytes";
  checkOptions(where, options, ["parameters", "precision"]);
  const parameters = integer(where, "parameters", options.parameters, 1, LARGEST);
  const size = checkPrecision(where, options.precision ?? "float64") === "float64" ? 8 : 4;
  return 2 * 16 * Math.ceil((parameters * size) / 16);
}

/** Consecutive parameters with one decay. */
interface Segment {
  readonly from: number;
  readonly to: number;
  readonly decay: number;
}

function segmentsOf(where: string, ranges: AdamOptions["decayed"], length: number, decay: number): readonly Segment[] {
  if (ranges === undefined) return [{ from: 0, to: length, decay }];
  if (!Array.isArray(ranges)) throw new TypeError(`${where}: decayed must be a list of pairs, got ${show(ranges)}`);
  const segments: Segment[] = [];
  let end = 0;
  for (const [i, range] of ranges.entries()) {
    if (!Array.isArray(range) || range.length !== 2) {
      throw new TypeError(`${where}: decayed[${i}] must be a pair [from, to), got ${show(range)}`);
    }
    const from = integer(where, `decayed[${i}][0]`, range[0], end, length);
    const to = integer(where, `decayed[${i}][1]`, range[1], from, length);
    if (from > end) segments.push({ from: end, to: from, decay: 0 });
    if (to > from) segments.push({ from, to, decay });
    end = to;
  }
  if (length > end) segments.push({ from: end, to: length, decay: 0 });
  return segments;
}

/** beta^count by the products that `step` makes; once it is lost beside 1 nothing depends on it. */
function productOf(beta: number, count: number): number {
  let power = 1;
  for (let i = 0; i < count && power > NEGLIGIBLE; i++) power *= beta;
  return power;
}

function fraction(where: string, name: string, value: unknown): number {
  const number = finite(where, name, value);
  if (!(number >= 0 && number < 1)) throw new RangeError(`${where}: ${name} must lie in [0, 1), got ${number}`);
  return number;
}
