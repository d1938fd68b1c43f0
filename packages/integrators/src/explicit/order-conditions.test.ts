import { describe, expect, it } from "vitest";
import { DOP853_ERROR5, DOP853_ORDER3 } from "./dop853-coefficients.ts";
import { dop853Pair } from "./dop853.ts";
import type { EmbeddedPair } from "./embedded-pair.ts";
import { TSIT5_ERROR, tsit5Pair } from "./tsit5.ts";

type Row = readonly number[];
/** A rooted tree: its order, its density gamma, and the trees that hang from its root. */
interface Tree {
  readonly order: number;
  readonly density: number;
  readonly children: readonly Tree[];
}

/** All rooted trees up to an order, lists of children in one fixed order. */
function rootedTrees(highest: number): Tree[] {
  const trees: Tree[] = [];
  for (let order = 1; order <= highest; order++) {
    const known = trees.length;
    const grow = (left: number, from: number, children: readonly Tree[]): void => {
      if (left === 0) {
        trees.push({ order, density: children.reduce((product, tree) => product * tree.density, order), children });
        return;
      }
      for (let k = from; k < known; k++) {
        if (trees[k]!.order <= left) grow(left - trees[k]!.order, k, [...children, trees[k]!]);
      }
    };
    grow(order - 1, 0, []);
  }
  return trees;
}

const TREES = rootedTrees(8);
const upTo = (order: number): Tree[] => TREES.filter((tree) => tree.order <= order);
const ofOrder = (order: number): Tree[] => TREES.filter((tree) => tree.order === order);
const dot = (a: Row, b: Row): number => a.reduce((total, value, i) => total + value * b[i]!, 0);

/** Phi_i(tree): the product over the children of sum_j a_ij Phi_j(child). */
function stageWeights(a: readonly Row[], { children }: Tree): number[] {
  const inner = children.map((child) => stageWeights(a, child));
  return a.map((row) => inner.reduce((product, weights) => product * dot(row, weights), 1));
}

/** The largest |sum_i b_i Phi_i(tree) - theta^order / gamma(tree)| (Hairer, Norsett, Wanner I, II.2 and II.6). */
function residual(a: readonly Row[], b: Row, trees: readonly Tree[], theta = 1): number {
  return Math.max(...trees.map((tree) => Math.abs(dot(b, stageWeights(a, tree)) - theta ** tree.order / tree.density)));
}

/** All stages in one matrix: those of the scheme, the slope at the new state, the extra ones. */
function allStages({ tableau: { a, b }, extra }: EmbeddedPair): Row[] {
  return [...a, b, ...(extra?.a ?? [])];
}

/** The weights of the slopes at theta, read off the method's own interpolant: slope i is the unit vector i. */
function weightsAt(pair: EmbeddedPair, theta: number): number[] {
  const size = allStages(pair).length;
  const k = Array.from({ length: size }, (_, i) => new Float64Array(size).fill(1, i, i + 1));
  const from = new Float64Array(size);
  const to = new Float64Array(size);
  to.set(pair.tableau.b);
  const dense = pair.dense(k);
  dense.fill(1, from, to);
  const out = new Float64Array(size);
  pair.interpolate(from, dense.vectors, 1, theta, out);
  return [...out];
}

const padded = (row: Row, length: number): number[] => Array.from({ length }, (_, i) => row[i] ?? 0);

it("counts the rooted trees: 1, 1, 2, 4, 9, 20, 48, 115", () => {
  expect([1, 2, 3, 4, 5, 6, 7, 8].map((order) => ofOrder(order).length)).toEqual([1, 1, 2, 4, 9, 20, 48, 115]);
});

// Coefficients carry half an ulp, up to 3e-15 at the largest (43), and products of them amplify it: measured 1.3e-14
// and 2.2e-15.
const pairs: [name: string, pair: EmbeddedPair, order: number, denseOrder: number, tolerance: number][] = [
  ["tsit5", tsit5Pair, 5, 4, 1e-13],
  ["dop853", dop853Pair, 8, 7, 1e-13],
];

describe.each(pairs)("the coefficients of %s", (_name, pair, order, denseOrder, tolerance) => {
  const { a, b, c } = pair.tableau;

  it("sum row by row to the times of the stages", () => {
    a.forEach((row, i) =>
      expect(
        Math.abs(
          dot(
            row,
            row.map(() => 1),
          ) - c[i]!,
        ),
      ).toBeLessThan(tolerance),
    );
    (pair.extra?.a ?? []).forEach((row, i) =>
      expect(
        Math.abs(
          dot(
            row,
            row.map(() => 1),
          ) - pair.extra!.c[i]!,
        ),
      ).toBeLessThan(tolerance),
    );
  });

  it(`meet every condition up to order ${order}, and not the next quadrature condition`, () => {
    expect(residual(a, b, upTo(order))).toBeLessThan(tolerance);
    const next = dot(
      b,
      c.map((time) => time ** order),
    );
    expect(Math.abs(next - 1 / (order + 1))).toBeGreaterThan(1e-8);
  });

  it("fail the conditions with an error of 1e-10 in any one of them", () => {
    const few = upTo(5);
    const stages = allStages(pair).slice(0, a.length);
    const shift = 1e-10;
    b.forEach((value, i) => {
      if (value === 0) return;
      expect(residual(stages, b.with(i, value + shift), few)).toBeGreaterThan(tolerance);
    });
    stages.forEach((row, i) =>
      row.forEach((value, j) => {
        if (value === 0) return;
        const wrong = stages.with(i, row.with(j, value + shift));
        const sum = dot(
          wrong[i]!,
          row.map(() => 1),
        );
        expect(Math.max(Math.abs(sum - c[i]!), residual(wrong, b, few))).toBeGreaterThan(tolerance);
      }),
    );
  });

  it(`interpolate with order ${denseOrder}, not more, and to the weights at the end of the step`, () => {
    const stages = allStages(pair);
    for (const theta of [0.1, 0.3, 0.5, 0.7, 0.9]) {
      const weights = weightsAt(pair, theta);
      expect(residual(stages, weights, upTo(denseOrder), theta)).toBeLessThan(tolerance);
      expect(residual(stages, weights, ofOrder(denseOrder + 1), theta)).toBeGreaterThan(1e-6);
    }
    expect(weightsAt(pair, 0).every((weight) => weight === 0)).toBe(true);
    const end = padded(b, stages.length);
    weightsAt(pair, 1).forEach((weight, i) => expect(Math.abs(weight - end[i]!)).toBeLessThan(tolerance));
  });
});

describe("the error estimates", () => {
  it("of tsit5 vanish to order 4 and not to order 5", () => {
    const stages = allStages(tsit5Pair);
    const embedded = padded(tsit5Pair.tableau.b, 7).map((weight, i) => weight - TSIT5_ERROR[i]!);
    expect(residual(stages, embedded, upTo(4))).toBeLessThan(1e-13);
    expect(residual(stages, embedded, ofOrder(5))).toBeGreaterThan(1e-4);
  });

  it("of dop853 vanish to orders 5 and 3 and not further", () => {
    const { a, b } = dop853Pair.tableau;
    const fifth = b.map((weight, i) => weight - DOP853_ERROR5[i]!);
    expect(residual(a, fifth, upTo(5))).toBeLessThan(1e-13);
    expect(residual(a, fifth, ofOrder(6))).toBeGreaterThan(1e-5);
    const third = padded([], 12).with(0, DOP853_ORDER3[0]).with(8, DOP853_ORDER3[1]).with(11, DOP853_ORDER3[2]);
    expect(residual(a, third, upTo(3))).toBeLessThan(1e-13);
    expect(residual(a, third, ofOrder(4))).toBeGreaterThan(1e-4);
  });

  it("of dop853 are joined as err5^2 / sqrt(err5^2 + 0.01 err3^2), in the root mean square", () => {
    const k = Array.from({ length: 13 }, (_, i) => Float64Array.of(Math.sin(i + 1), Math.cos(i * i)));
    const [from, to, atol] = [Float64Array.of(1, -2), Float64Array.of(0.5, -3), Float64Array.of(0.1, 0.2)];
    const estimate = dop853Pair.error(k, 0.3, atol)(-0.25, from, to);
    const scale = [0.1 + 0.3 * 1, 0.2 + 0.3 * 3];
    const third = padded([], 12).with(0, DOP853_ORDER3[0]).with(8, DOP853_ORDER3[1]).with(11, DOP853_ORDER3[2]);
    const difference = dop853Pair.tableau.b.map((weight, i) => weight - third[i]!);
    const size = (weights: Row): number =>
      Math.sqrt(
        dot(
          [0, 1].map((i) => (0.25 * dot(weights, k.map((slope) => slope[i]!).slice(0, 12))) / scale[i]!),
          [0, 1].map((i) => (0.25 * dot(weights, k.map((slope) => slope[i]!).slice(0, 12))) / scale[i]!),
        ) / 2,
      );
    const [err5, err3] = [size(DOP853_ERROR5), size(difference)];
    expect(estimate).toBeCloseTo((err5 * err5) / Math.sqrt(err5 * err5 + 0.01 * err3 * err3), 12);
  });
});
