import { denseLayer, type DenseLayer, gemm, kernelEngine, type Precision, realFft } from "@hml/kernels";
import { median } from "../lib/bench.ts";
import type { Measured } from "../lib/peer.ts";
import { activationOf, entry, type NetRun, parametersOf } from "./problem.ts";

/** Runs a task some times and times it. */
export type Timed = (repeats: number) => Measured;

/** Which code: SIMD WebAssembly where it can be used, or the plain twin. */
export type Use = "auto" | "plain";

/** c = a b of square matrices; the values are a few entries of c. */
export function product(n: number, precision: Precision, use: Use): Timed {
  const engine = kernelEngine({ use, bytes: 40 * n * n });
  const { a, b, c, multiply } = gemm<Precision>(engine, { m: n, n, k: n, precision });
  for (let i = 0; i < n * n; i++) {
    a[i] = entry(i, 0);
    b[i] = entry(i, 1);
  }
  return timed(multiply, () => sample(c));
}

/** The coefficients of a real square, in arrays of the engine; the values are a few of them. */
export function transform(n: number, use: Use): Timed {
  const engine = kernelEngine({ use, bytes: 100_000 + 60 * n * n });
  const fft = realFft(engine, [n, n]);
  const [u, c] = [engine.float64(fft.points), engine.float64(fft.size)];
  for (let i = 0; i < u.length; i++) u[i] = entry(i, 0);
  return timed(
    () => fft.forward(u, c),
    () => sample(c),
  );
}

/** A network on a batch, forward or forward and backward; the values are a few outputs or gradients. */
export function network({ sizes, batch }: NetRun, backwards: boolean, use: Use): Timed {
  const engine = kernelEngine({ use });
  const layers: DenseLayer[] = [];
  for (let l = 0; l + 1 < sizes.length; l++) {
    const [inputs, units] = [sizes[l]!, sizes[l + 1]!];
    const below = layers.at(-1);
    const layer = denseLayer(engine, {
      rows: batch,
      inputs,
      units,
      activation: activationOf(l, sizes.length - 1),
      gradient: !backwards ? "none" : below === undefined ? "parameters" : "all",
      ...(below === undefined ? {} : { input: below.output }),
      ...(below?.outputGradient === undefined ? {} : { inputGradient: below.outputGradient }),
    });
    const { weights, bias } = parametersOf(l, inputs, units);
    layer.setParameters(weights, bias);
    layers.push(layer);
  }
  const first = layers[0]!;
  const last = layers.at(-1)!;
  for (let i = 0; i < first.input.length; i++) first.input[i] = entry(i, 0);
  const forward = (): void => {
    for (const layer of layers) layer.forward();
  };
  if (!backwards) return timed(forward, () => sample(last.output));
  // L = sum of squares / 2, so that the gradient of the outputs is the outputs.
  return timed(
    () => {
      forward();
      last.outputGradient!.set(last.output);
      for (let l = layers.length - 1; l >= 0; l--) {
        layers[l]!.weightGradient!.fill(0);
        layers[l]!.biasGradient!.fill(0);
        layers[l]!.backward();
      }
    },
    () => sample(first.weightGradient!),
  );
}

function timed(work: () => void, values: () => number[]): Timed {
  return (repeats) => {
    const times: number[] = [];
    for (let r = 0; r < repeats; r++) {
      const start = performance.now();
      work();
      times.push(performance.now() - start);
    }
    return { ms: median(times), values: values() };
  };
}

/** 48 numbers spread over an array: all of them would be much to send. */
function sample(array: ArrayLike<number>): number[] {
  return Array.from({ length: 48 }, (_, i) => array[Math.floor((i * array.length) / 48)]!);
}
