import type { SetShape } from "../spec/deep-set.ts";
import { denseChain, denseChainBytes } from "./dense-chain.ts";
import { arrayBytes, arrayOf, type NetworkOptions, type Part, type Site } from "./part.ts";

/** Elements that go through phi at once: a tile of 100 float32 values for each of them stays in the second cache. */
const TILE = 128;

/**
 * g(1/N sum_i phi(x_i)) for `points` elements x_i of every row. Elements are walked in tiles, those of one row after those
 * of the other; going backwards each tile is evaluated once more, so its activations need no room. Sums over elements are
 * taken in float64. It gives no gradient of its inputs.
 */
export function setEncoder(site: Site, shape: SetShape, points: number): Part {
  const { engine, precision, rows, trainable } = site;
  const size = shape.element[0]!.inputs;
  const width = shape.element.at(-1)!.units;
  const tile = tileOf(rows, points);
  const input = arrayOf(engine, precision, rows * points * size);
  const mean = arrayOf(engine, precision, rows * width);
  const meanGradient = trainable ? arrayOf(engine, precision, rows * width) : undefined;
  const element = denseChain({ ...site, rows: tile }, shape.element);
  const pooled = denseChain(site, shape.pooled, { input: mean, inputGradient: meanGradient });
  const sums = new Float64Array(width);

  /** Evaluates phi on `count` elements from `first` on. */
  const evaluate = (first: number, count: number): void => {
    const at = first * size;
    for (let i = 0; i < count * size; i++) element.input[i] = input[at + i]!;
    element.forward(count);
  };
  return {
    input,
    inputGradient: undefined,
    output: pooled.output,
    outputGradient: pooled.outputGradient,
    update() {
      element.update();
      pooled.update();
    },
    forward(count) {
      const elements = count * points;
      sums.fill(0);
      for (let first = 0; first < elements; first += tile) {
        const end = Math.min(first + tile, elements);
        evaluate(first, end - first);
        for (let e = first; e < end; e++) {
          const from = (e - first) * width;
          for (let j = 0; j < width; j++) sums[j] = sums[j]! + element.output[from + j]!;
          if ((e + 1) % points !== 0) continue;
          const to = ((e + 1) / points - 1) * width;
          for (let j = 0; j < width; j++) mean[to + j] = sums[j]! / points;
          sums.fill(0);
        }
      }
      pooled.forward(count);
    },
    backward(count) {
      pooled.backward(count);
      const elements = count * points;
      const slopes = meanGradient!;
      const part = 1 / points;
      for (let first = 0; first < elements; first += tile) {
        const end = Math.min(first + tile, elements);
        if (elements > tile) evaluate(first, end - first);
        for (let e = first; e < end; e++) {
          const to = (e - first) * width;
          const from = Math.floor(e / points) * width;
          for (let j = 0; j < width; j++) element.outputGradient[to + j] = part * slopes[from + j]!;
        }
        element.backward(end - first);
      }
    },
  };
}

/** What a set encoder takes of an engine. */
export function setEncoderBytes(
  shape: SetShape,
  points: number,
  options: Pick<NetworkOptions, "rows" | "precision" | "trainable">,
): number {
  const { rows, precision, trainable } = options;
  const width = shape.element.at(-1)!.units;
  return (
    arrayBytes(precision, rows * points * shape.element[0]!.inputs) +
    (trainable ? 2 : 1) * arrayBytes(precision, rows * width) +
    denseChainBytes(shape.element, { ...options, rows: tileOf(rows, points) }) +
    denseChainBytes(shape.pooled, options, { input: true, inputGradient: trainable })
  );
}

function tileOf(rows: number, points: number): number {
  return Math.min(TILE, rows * points);
}
