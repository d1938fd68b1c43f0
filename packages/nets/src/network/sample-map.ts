import type { FieldNet } from "../spec/field-net.ts";
import { stackShape } from "../spec/stack-net.ts";
import { type Head, headOf } from "./head.ts";
import { rowLayout } from "./row-layout.ts";

/** How the numbers of one sample go into the rows of a network, and its outputs into predictions. */
export interface SampleMap {
  /** Points of the grid along x, (y, z), or of a set; [1] where a sample has none. */
  readonly extents: readonly number[];
  /** Rows of the network for one sample. */
  readonly rows: number;
  /** Numbers of a sample before the net. */
  readonly inputs: number;
  /** Numbers of a sample that are predicted. */
  readonly outputs: number;
  /** Numbers that the network reads, for all rows of a sample. */
  readonly networkInputs: number;
  /** Numbers that the network gives, for all rows of a sample. */
  readonly networkOutputs: number;
  /** Place of each number the network reads in the sample; absent where it reads them in order. */
  readonly gather: Int32Array | undefined;
  /** Where the predictions lie on the grid, where not every point has one: with a stencil that does not fit at the ends. */
  readonly predicted: { readonly points: number; readonly indices: Int32Array } | undefined;
  /**
   * Numbers that lie side by side at a point, before the net and predicted, each scaled for itself. Where left out: the inputs
   * over the points, and all outputs, or one a predicted point.
   */
  readonly channels?: { readonly inputs: number; readonly outputs: number };
  /** From network outputs to predictions. */
  readonly head: Head;
  /** Multiply-adds of a sample, roughly; one a parameter and row where left out. */
  readonly work?: number;
}

/** The samples of a net on a grid; `periodic` where a field wraps around. */
export function fieldMap(where: string, spec: FieldNet, extents: readonly number[], periodic: boolean): SampleMap {
  const layout = rowLayout(where, spec, extents, periodic);
  const { inputs, outputs } = stackShape(spec);
  return {
    extents,
    rows: layout.rows,
    inputs: layout.points * ("features" in spec ? inputs : 1),
    outputs: layout.predicted.length * (spec.kind === "functionalNet" ? outputs : 1),
    networkInputs: layout.rows * inputs,
    networkOutputs: layout.rows * outputs,
    gather: layout.gather,
    predicted: { points: layout.points, indices: layout.predicted },
    head: headOf(spec, layout, outputs),
  };
}
