import type { KernelEngine } from "@hml/kernels";
import type { EngineKind } from "../network/net-engine.ts";
import type { FloatArray } from "../network/part.ts";
import type { Scaling } from "./scaling.ts";

/** What a training makes small, step by step; it knows the data and how they are walked, not how steps are taken. */
export interface Objective {
  /** What the net runs on. */
  readonly engine: EngineKind;
  /** Where parameters and gradient lie, with room for an optimiser. */
  readonly kernels: KernelEngine;
  /** All numbers of the net; the trainable ones, first, are changed by the optimiser. */
  readonly parameters: FloatArray;
  /** dL/d(trainable parameters), set by `step`. */
  readonly gradient: FloatArray;
  /** The scaling of the data, found or given. */
  readonly scaling: Scaling | undefined;
  /** Steps of an epoch. */
  readonly steps: number;
  /** What the steps of an epoch count together: its samples. */
  readonly samples: number;
  /** The order of the samples, which goes on from epoch to epoch: with the random source all that `begin` depends on. */
  readonly order: Int32Array;
  /** Starts an epoch, counted from 1: draws its order. */
  begin(epoch: number): void;
  /**
   * The loss of step `index` of this epoch, counted from 0; sets the gradient. Both are this objective's part where it takes a
   * share of each batch.
   */
  step(index: number): number;
  /** Samples of a step. */
  samplesOf(index: number): number;
  /** Multiply-adds of a step, roughly. */
  workOf(index: number): number;
  /** The loss on the validation data; undefined without them. */
  validate(): number | undefined;
}
