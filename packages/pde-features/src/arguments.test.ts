import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  dataset,
  derivative,
  derivativeFeatures,
  features,
  leastSquares,
  library,
  periodicDerivative,
  periodicFeatures,
  readNpy,
  readNpz,
  regression,
  scaled,
  selectFrames,
  snapshots,
  splitRows,
  splitTrajectories,
  stencilWeights,
  stlsq,
  writeNpy,
  writeNpz,
} from "./index.ts";

const x = Float64Array.from({ length: 12 }, (_, i) => i / 11);
const data = dataset({ u: x, shape: [1, 12], t: [0], x, dudt: x });
const rows = snapshots(data);
const f = derivativeFeatures(x, 2);
const terms = library(f.names);
const problem = regression(rows, f, terms);
const fit = leastSquares(problem);
const plane = { points: [4, 3], period: [1, 2] };
const npy = writeNpy([1, 2]);
const npz = writeNpz({ a: [1, 2] });

/** Every public factory with one argument left to chance; the words its messages may begin with. */
const calls: ReadonlyArray<readonly [name: string, call: (value: never) => unknown, words?: string]> = [
  ["derivative", (v) => derivative(v, 1)],
  ["derivative", (v) => derivative(x, v)],
  ["derivative", (v) => derivative(x, 1, v)],
  ["derivativeFeatures", (v) => derivativeFeatures(x, v)],
  ["derivativeFeatures", (v) => derivativeFeatures(x, 2, v), "derivative"],
  ["features", (v) => features(v)],
  ["features", (v) => features({ u: v })],
  ["periodicDerivative", (v) => periodicDerivative(v, [1, 0])],
  ["periodicDerivative", (v) => periodicDerivative({ ...plane, points: v }, [1, 0])],
  ["periodicDerivative", (v) => periodicDerivative({ ...plane, period: [1, v] }, [1, 0])],
  ["periodicDerivative", (v) => periodicDerivative(plane, v)],
  ["periodicDerivative", (v) => periodicDerivative(plane, [1, 0], v)],
  ["periodicFeatures", (v) => periodicFeatures(v)],
  ["periodicFeatures", (v) => periodicFeatures(plane, { names: v }), "features"],
  ["periodicFeatures", (v) => periodicFeatures(plane, { order: v }), "periodicDerivative"],
  ["stencilWeights", (v) => stencilWeights(v, 0, 1)],
  ["stencilWeights", (v) => stencilWeights([0, 1], v, 1)],
  ["stencilWeights", (v) => stencilWeights([0, 1], 0, v)],
  ["library", (v) => library(v)],
  ["library", (v) => library(["u"], v)],
  ["library", (v) => library(["u"], { terms: v })],
  ["library", (v) => library(["u"], { functions: v })],
  ["library", (v) => library(["u"], { degree: v })],
  ["library", (v) => terms.only(v)],
  ["dataset", (v) => dataset(v)],
  ["dataset", (v) => dataset({ u: v, shape: [1, 2], t: [0], x: [0, 1], dudt: [0, 0] })],
  ["dataset", (v) => dataset({ u: [1, 2], shape: v, t: [0], x: [0, 1], dudt: [0, 0] })],
  ["dataset", (v) => dataset({ u: [1, 2], shape: [1, 2], t: v, x: [0, 1], dudt: [0, 0] })],
  ["dataset", (v) => dataset({ u: [1, 2], shape: [1, 2], t: [0], x: [0, 1], dudt: v })],
  ["dataset", (v) => dataset({ u: [1, 2], shape: [1, 1, 2], t: [0], x: [0, 1], y: v, dudt: [0, 0] })],
  ["scaled", (v) => scaled(data, v)],
  ["selectFrames", (v) => selectFrames(data, v)],
  ["splitTrajectories", (v) => splitTrajectories(data, v)],
  ["splitTrajectories", (v) => splitTrajectories(data, { test: v })],
  ["splitRows", (v) => splitRows(rows, v)],
  ["splitRows", (v) => splitRows(rows, { validation: v })],
  ["regression", (v) => regression(rows, f, terms, v)],
  ["regression", (v) => regression(rows, f, terms, { held: v })],
  ["regression", (v) => regression(rows, f, terms, { weights: v })],
  ["leastSquares", (v) => leastSquares(v)],
  ["leastSquares", (v) => leastSquares({ ...problem, weights: v })],
  ["leastSquares", (v) => leastSquares({ ...problem, names: v })],
  ["leastSquares", (v) => leastSquares({ ...problem, matrix: v })],
  ["leastSquares", (v) => leastSquares(problem, v)],
  ["leastSquares", (v) => leastSquares(problem, { weights: v })],
  ["stlsq", (v) => stlsq(problem, v)],
  ["stlsq", (v) => stlsq(problem, { threshold: 1, ridge: v })],
  ["SparseFit.rhs", (v) => fit.rhs(f, v)],
  ["SparseFit.rhs", (v) => fit.rhs(f, { held: v })],
  ["readNpy", (v) => readNpy(v), "npy"],
  ["readNpy", (v) => readNpy(npy, v)],
  ["readNpy", (v) => readNpy(npy, { limits: v }), "npy"],
  ["readNpz", (v) => readNpz(v), "zip"],
  ["readNpz", (v) => readNpz(npz, { limits: v }), "npz|zip"],
  ["writeNpy", (v) => writeNpy(v)],
  ["writeNpy", (v) => writeNpy({ data: x, shape: v })],
  ["writeNpz", (v) => writeNpz(v), "writeNpy"],
  ["writeNpz", (v) => writeNpz({ a: [1] }, v)],
];

const anything = fc.oneof(
  fc.anything({ withTypedArray: true, withNullPrototype: true, withBigInt: true, withSparseArray: true }),
  fc.constantFrom<unknown>(
    Number.NaN,
    -1,
    1.5,
    2 ** 53,
    Infinity,
    null,
    undefined,
    "",
    "ends",
    [],
    {},
    () => 0,
    Symbol("s"),
  ),
  fc.constantFrom<unknown>(new Proxy([], {}), Object.freeze({ order: 4 }), JSON.parse('{"__proto__": {"order": 4}}')),
);

describe("whatever is passed", () => {
  it.each(calls.map(([name, call, words], k) => ({ k, name, call, words })))(
    "$name ($k) works, or says which function minds",
    ({ name, call, words }) => {
      const begins = new RegExp(`^(${words === undefined ? name : `${name}|${words}`}): `);
      fc.assert(
        fc.property(anything, (value) => {
          try {
            call(value as never);
          } catch (error) {
            const { name: kind, message } = error as Error;
            expect(["TypeError", "RangeError", "FormatError"]).toContain(kind);
            expect(message).toMatch(begins);
          }
        }),
        { numRuns: Number(process.env["HML_FUZZ_RUNS"] ?? 200) },
      );
    },
  );
});
