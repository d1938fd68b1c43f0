import { concat, serialization, slice, type Tensor, tidy } from "@tensorflow/tfjs-core";
import { layers, type Shape } from "@tensorflow/tfjs-layers";

/** Numbers added before and behind each axis of a field, its outermost axis first: [[above, below], [left, right]]. */
export type PaddingWidths = readonly (readonly [before: number, behind: number])[];

/**
 * A layer that wraps fields [batch, (y), x, channel] around: before each axis it adds the last values of the field, behind
 * it the first ones, so that a convolution without padding sees a periodic field. Widths may not exceed the field's.
 *
 * It is registered with TensorFlow.js as `PeriodicPadding`, so saved models that have one load.
 */
export class PeriodicPadding extends layers.Layer {
  /** The name under which it is registered. */
  static readonly className = "PeriodicPadding";
  readonly #widths: PaddingWidths;

  constructor(options: { readonly widths: PaddingWidths; readonly name?: string }) {
    super(options);
    this.#widths = options.widths.map(([before, behind]) => [before, behind] as const);
  }

  /** The shape of the wider field. */
  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [batch = null, ...lengths] = inputShape as Shape;
    return [
      batch,
      ...lengths.map((length, axis) => {
        const [before, behind] = this.#widths[axis] ?? [0, 0];
        return length === null ? null : length + before + behind;
      }),
    ];
  }

  /** The wider field. */
  override call(inputs: Tensor | Tensor[]): Tensor {
    const first = Array.isArray(inputs) ? inputs[0]! : inputs;
    return tidy(() =>
      this.#widths.reduce((x, [before, behind], i) => {
        const axis = i + 1;
        const length = x.shape[axis]!;
        const parts = [x];
        if (before > 0) parts.unshift(along(x, axis, length - before, before));
        if (behind > 0) parts.push(along(x, axis, 0, behind));
        return parts.length === 1 ? x : concat(parts, axis);
      }, first),
    );
  }

  /** What builds an equal layer. */
  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), widths: this.#widths.map((pair) => [...pair]) };
  }
}

serialization.registerClass(PeriodicPadding);

/** `count` values from `from` along an axis. */
function along(x: Tensor, axis: number, from: number, count: number): Tensor {
  const begin = x.shape.map((_, i) => (i === axis ? from : 0));
  const size = x.shape.map((length, i) => (i === axis ? count : length));
  return slice(x, begin, size);
}
