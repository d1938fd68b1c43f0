import type { RandomSource } from "@hml/integrators";
import type { FloatArrays, KernelEngine, Precision } from "@hml/kernels";
import type { EngineKind } from "./net-engine.ts";

/** Numbers of a net, in the precision that it runs in. */
export type FloatArray = FloatArrays[Precision];

/** Where the parts of a network are built, and the numbers that they share. */
export interface Site {
  /** The engine that holds the arrays. */
  readonly engine: KernelEngine;
  /** The precision of all of them. */
  readonly precision: Precision;
  /** Most rows (samples, points, fields) that are evaluated at once. */
  readonly rows: number;
  /** Whether the parts can go backwards. */
  readonly trainable: boolean;
  /** All numbers of the net, as its layout has them. */
  readonly parameters: FloatArray;
  /** dL/d(parameters), the trainable ones, an array of the engine; empty when nothing is trained. */
  readonly gradient: FloatArray;
  /** What parts that are random in training draw from. */
  readonly random?: RandomSource | undefined;
  /** Replaces sums over a share of a batch by those over all of it, for statistics that are those of the batch. */
  readonly allReduce?: ((sums: FloatArray) => void) | undefined;
}

/**
 * A differentiable map of rows with its arrays, which are those of an engine. Parts are chained by giving one's `output`
 * and `outputGradient` to the next as its `input` and `inputGradient`.
 */
export interface Part {
  /** [rows, inputs], filled before `forward` and not changed before `backward`. */
  readonly input: FloatArray;
  /** dL/d(input), written by `backward` where it was asked for. */
  readonly inputGradient: FloatArray | undefined;
  /** [rows, outputs], written by `forward`. */
  readonly output: FloatArray;
  /** dL/d(output), filled before `backward`, which may overwrite it; empty when nothing is trained. */
  readonly outputGradient: FloatArray;
  /** Takes up the parameters as they are now. */
  update(): void;
  /** Starts an epoch of a training, counted from 1; a part that depends on it has this. */
  begin?(epoch: number): void;
  /**
   * Evaluates the first `rows` rows. `training` tells parts that differ in training and in use (batch norm, variational
   * codes) which it is; default in use.
   */
  forward(rows: number, training?: boolean): void;
  /**
   * What the part adds to the loss of a row last passed to `forward`, beside what is judged by its output, such as the
   * divergence of a code; `backward` adds `factor` times its gradient. Absent where there is nothing to add.
   */
  penalty?(row: number, factor: number): number;
  /** Adds the gradient of the `rows` rows last passed to `forward` to the site's gradient. */
  backward(rows: number): void;
}

/** A whole net on an engine. */
export interface Network extends Part {
  /** What it runs on. */
  readonly engine: EngineKind;
  /** Where its arrays lie; a trainable one leaves room for an optimiser. */
  readonly kernels: KernelEngine;
  /** The precision that it runs in. */
  readonly precision: Precision;
  /** All its numbers, which `update` takes up. */
  readonly parameters: FloatArray;
  /** dL/d(parameters) of the trainable ones; `backward` adds to it. */
  readonly gradient: FloatArray;
}

/** How a network is built. */
export interface NetworkOptions {
  /** Most rows that are evaluated at once. */
  readonly rows: number;
  /** What it should run on. */
  readonly engine: EngineKind;
  /** The precision of its arrays. */
  readonly precision: Precision;
  /** Whether it can go backwards. */
  readonly trainable: boolean;
  /** The numbers that it takes up; where left out, an array of the engine, of zeros. */
  readonly parameters?: FloatArray;
  /** What is drawn from in training, by nets that draw. */
  readonly random?: RandomSource | undefined;
  /** Where a batch is cut into shares: replaces sums over this one by those over all. */
  readonly allReduce?: ((sums: FloatArray) => void) | undefined;
}

/** Bytes that an array of so many numbers takes of an engine. */
export function arrayBytes(precision: Precision, length: number): number {
  return 16 * Math.ceil((length * (precision === "float64" ? 8 : 4)) / 16);
}

/** A new array of an engine; an empty one is nobody's. */
export function arrayOf(engine: KernelEngine, precision: Precision, length: number): FloatArray {
  if (precision === "float64") return length === 0 ? new Float64Array(0) : engine.float64(length);
  return length === 0 ? new Float32Array(0) : engine.float32(length);
}
