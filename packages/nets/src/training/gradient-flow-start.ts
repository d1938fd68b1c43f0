import { callable, checkOptions, oneOf } from "@hml/guard";
import type { RandomSource } from "@hml/integrators";
import { kernelEngine, realFft, realFftBytes, sigmoid, softplus, tanh } from "@hml/kernels";
import { type Weights, weightsOf } from "../files/weights.ts";
import { gradientSymbol } from "../network/gradient-symbol.ts";
import { gridModes } from "../network/grid-modes.ts";
import {
  type GradientFlowNet,
  gradientFlowNet,
  type GradientFlowShape,
  gradientFlowShape,
} from "../spec/gradient-flow-net.ts";
import { drawWeights } from "../spec/init.ts";
import { ridge } from "./ridge.ts";
import { samplesOf, type Samples, type TrainingData } from "./training-data.ts";

/** How `gradientFlowStart` fits. */
export interface GradientFlowStartOptions {
  /** Draws slopes and centres of the hidden units. */
  readonly random: RandomSource;
  /** What is made small: the sum of squared errors of all rows, or `relative`, each row's over its size. Default `relative`. */
  readonly loss?: "mse" | "relative";
}

/** Penalty on squared coefficients of features of unit size, first try: what rounding of the normal equations asks for. */
const PENALTY = 1e-12;
const LARGEST_PENALTY = 1e-2;
/** Q's least value and the least q_p, over the largest coefficient of P. */
const FLOOR = 0.1;
const LEAST_LEADING = 1e-3;
/** From 1e-3 a dozen steps reach all digits, from 1e-20 fifty. */
const NEWTON_STEPS = 80;

/**
 * Weights to start the training of a gradient-flow net from, by least squares: with the hidden units as drawn and M = 1, u_t
 * is linear in Q and in the output layer of f', so the best of both are found at once. Give them to `train` as its `start`;
 * for slopes without much noise they are near what it ends with, so its rate should be small. A training from scratch takes a thousand steps and more to
 * come as far, and for crystals, whose u_t is a small difference of large terms, hardly gets there.
 *
 * ```ts
 * const spec = gradientFlowNet({ mobility: "conserved" });
 * const start = gradientFlowStart(spec, data, { random: random(1) });
 * const trained = await train(spec, data, { start, loss: "relative", epochs: 20, learningRate: 1e-6, random: random(2) });
 * ```
 *
 * @throws RangeError or TypeError for bad data or options, and for data that do not determine the weights
 */
export function gradientFlowStart(
  spec: GradientFlowNet,
  data: TrainingData,
  options: GradientFlowStartOptions,
): Weights {
  const where = "gradientFlowStart";
  const { kind: _kind, ...given } = spec;
  const net = gradientFlowNet(given);
  checkOptions(where, options, ["random", "loss"]);
  const { random, loss = "relative" } = options;
  callable(where, "random", random);
  oneOf(where, "loss", loss, ["mse", "relative"]);
  const { samples } = samplesOf(where, net, data, loss);
  const shape = gradientFlowShape(net);
  const { layers, symbolAt, floorAt, degree } = shape;
  const parameters = new Float64Array(shape.layout.numbers);
  drawWeights(shape.layout, random, parameters);
  const { units } = net;
  const products = slopeProducts(net, shape, samples, parameters);
  const local = Array.from({ length: net.mobility === "conserved" ? units : units + 1 }, (_, j) => j);
  const power = (j: number): number => units + 1 + j;
  const target = power(degree + 1);

  // First f' and Q but for its constant term, of which P is known then.
  const upwards = Array.from({ length: degree }, (_, j) => power(j + 1));
  const fitted = leastSquares(where, products, [...local, ...upwards], new Map([[target, 1]]));
  const q = fitted.subarray(local.length);
  const size = q.reduce((most, c) => Math.max(most, Math.abs(c)), 0);
  q[degree - 1] = Math.max(q[degree - 1]!, LEAST_LEADING * size);
  parameters.set(q, symbolAt);
  parameters[symbolAt + degree - 1] = inverseSoftplus(q[degree - 1]!);
  parameters[floorAt] = inverseSoftplus(FLOOR * size);
  // Then f' again, beside the whole of Q.
  const symbol = gradientSymbol(shape);
  symbol.update(parameters);
  const rest = new Map([
    [target, 1],
    [power(0), -symbol.at(0)],
  ]);
  upwards.forEach((feature, j) => void rest.set(feature, -q[j]!));
  const slope = leastSquares(where, products, local, rest);
  const [, { weightAt, biasAt = 0 }] = layers;
  parameters.set(slope.subarray(0, units), weightAt);
  parameters[biasAt] = local.length > units ? slope[units]! : 0;
  return weightsOf(net, parameters);
}

/** s with softplus(s) = y > 0, by Newton's method from above, where a convex function lets it come down without passing. */
function inverseSoftplus(y: number): number {
  let s = y;
  for (let step = 0; step < NEWTON_STEPS; step++) s -= (softplus(s) - y) / sigmoid(s);
  return s;
}

/** Products of features of u_t, their matrix row by row. */
interface Products {
  readonly count: number;
  readonly values: Float64Array;
}

/**
 * Sums over rows, by their weights, and points of products of the features m tanh(...), one a hidden unit, m 1, m x^j u with
 * j = 0, ..., degree, and the slopes, m = -1 or -k^2 and x = (k / wavenumber)^2; by Parseval, from coefficients.
 */
function slopeProducts(
  { mobility, spacing, units, amplitude, wavenumber }: GradientFlowNet,
  { layers: [hidden], degree }: GradientFlowShape,
  { rows, map, inputs, targets, weights }: Samples,
  parameters: Float64Array,
): Products {
  const { extents, inputs: points } = map;
  const fft = realFft(kernelEngine({ bytes: realFftBytes(extents) }), extents);
  const modes = gridModes(spacing, extents);
  const outer = modes.squared.map((k2) => (mobility === "conserved" ? -k2 : -1));
  const count = units + degree + 3;
  const values = new Float64Array(count * count);
  const spectra = Array.from({ length: count }, () => new Float64Array(fft.size));
  const field = new Float64Array(points);
  for (let row = 0; row < rows; row++) {
    const u = inputs.subarray(row * points, (row + 1) * points);
    for (let j = 0; j < units; j++) {
      const [w, b] = [parameters[hidden.weightAt + j]! / amplitude, parameters[hidden.biasAt! + j]!];
      for (let i = 0; i < points; i++) field[i] = tanh(w * u[i]! + b);
      fft.forward(field, spectra[j]!);
    }
    fft.forward(field.fill(1), spectra[units]!);
    fft.forward(u, spectra[units + 1]!);
    for (let j = 0; j < degree; j++) {
      const [from, to] = [spectra[units + 1 + j]!, spectra[units + 2 + j]!];
      for (let k = 0; k < to.length; k++) {
        to[k] = (from[k]! * modes.squared[k >> 1]!) / (wavenumber * wavenumber);
      }
    }
    for (let j = 0; j < count - 1; j++) {
      const spectrum = spectra[j]!;
      for (let k = 0; k < spectrum.length; k++) spectrum[k] = spectrum[k]! * outer[k >> 1]!;
    }
    fft.forward(targets.subarray(row * points, (row + 1) * points), spectra[count - 1]!);
    for (let i = 0; i < count; i++) {
      for (let j = 0; j <= i; j++) {
        const sum = weights[row]! * product(spectra[i]!, spectra[j]!, modes.weights);
        values[i * count + j] = values[i * count + j]! + sum;
        if (i !== j) values[j * count + i] = values[i * count + j]!;
      }
    }
  }
  return { count, values };
}

function product(a: Float64Array, b: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < weights.length; k++) {
    sum += weights[k]! * (a[2 * k]! * b[2 * k]! + a[2 * k + 1]! * b[2 * k + 1]!);
  }
  return sum;
}

/**
 * The coefficients of `columns` that come nearest to a sum of features, given with their factors; a small penalty, larger only
 * where the normal equations ask for it, on features of unit size but for the last.
 */
function leastSquares(
  where: string,
  { count, values }: Products,
  columns: readonly number[],
  sum: ReadonlyMap<number, number>,
): Float64Array {
  const sizes = columns.map((i) => Math.sqrt(values[i * count + i]!));
  const n = columns.length;
  const m = n + 1;
  const scaled = new Float64Array(m * m);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      scaled[i * m + j] = values[columns[i]! * count + columns[j]!]! / (sizes[i]! * sizes[j]!);
    }
    let right = 0;
    for (const [feature, factor] of sum) right += factor * values[feature * count + columns[i]!]!;
    scaled[n * m + i] = right / sizes[i]!;
  }
  for (let penalty = PENALTY; penalty <= LARGEST_PENALTY; penalty *= 100) {
    const solution = ridge(scaled, n - 1, 1, penalty);
    if (solution !== undefined) return solution.map((c, i) => c / sizes[i]!);
  }
  throw new RangeError(`${where}: inputs must determine Q and f', got fields whose features depend on one another`);
}
