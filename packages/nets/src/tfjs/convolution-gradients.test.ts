import { conv2d, grads, memory, mul, setBackend, sum, type Tensor, tensor, tidy } from "@tensorflow/tfjs-core";
import { random } from "@hml/integrators";
import { beforeAll, describe, expect, it } from "vitest";
import { BACKENDS } from "../../test/tfjs-backends.ts";
import { prepareTfjs } from "./prepare.ts";

beforeAll(async () => {
  for (const backend of [...BACKENDS, ...BACKENDS]) await prepareTfjs(backend);
});

/** Slopes of sum(w * conv(x, f)) by x and f on a backend. */
async function slopes(
  backend: string,
  draw: () => readonly [Tensor, Tensor],
  convolve: (x: Tensor, f: Tensor) => Tensor,
  shape: readonly number[],
) {
  await setBackend(backend);
  const before = memory().numTensors;
  const values = tidy(() => {
    const [x, f] = draw();
    const source = random(5);
    const w = values4(shape, source);
    const of = grads((a: Tensor, b: Tensor) => sum(mul(convolve(a, b), w)));
    return of([x, f]).map((slope) => ({ shape: slope.shape, values: slope.dataSync() as Float32Array }));
  });
  expect(memory().numTensors).toBe(before);
  return values;
}

function values4(shape: readonly number[], source: () => number): Tensor {
  return tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 2 * source() - 1),
    [...shape],
  );
}

const cases: readonly (readonly [
  string,
  readonly number[],
  readonly number[],
  number | [number, number],
  "same" | "valid",
])[] = [
  ["3 x 3, same", [2, 6, 5, 3], [3, 3, 3, 4], 1, "same"],
  ["3 x 3, valid", [2, 6, 5, 3], [3, 3, 3, 4], 1, "valid"],
  ["2 x 4, same", [1, 6, 7, 2], [2, 4, 2, 3], 1, "same"],
  ["stride 2, same", [2, 7, 6, 2], [3, 3, 2, 3], 2, "same"],
  ["strides 1 and 3, valid", [2, 7, 8, 2], [3, 2, 2, 1], [1, 3], "valid"],
];

describe("gradients of convolutions on the wasm backend", () => {
  // Of the largest slope. The cpu backend sums in float64 and rounds once; the wasm backend rounds up to 84 partial sums
  // to 6e-8 of their size each.
  it.each(cases)("equal those of the cpu backend to 1e-6: %s", async (_name, x, f, stride, padding) => {
    const draw = () => {
      const source = random(3);
      return [values4(x, source), values4(f, source)] as const;
    };
    const convolve = (a: Tensor, b: Tensor) => conv2d(a as never, b as never, stride, padding);
    const shape = tidy((): Tensor => convolve(...draw())).shape;
    const [expected, got] = [await slopes("cpu", draw, convolve, shape), await slopes("wasm", draw, convolve, shape)];
    for (const [i, { values, shape: lengths }] of got.entries()) {
      expect(lengths).toEqual(expected[i]!.shape);
      const size = Math.max(...expected[i]!.values.map(Math.abs));
      const error = Math.max(...values.map((value, k) => Math.abs(value - expected[i]!.values[k]!)));
      expect(error).toBeLessThan(1e-6 * size);
    }
  });
});
