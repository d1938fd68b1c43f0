import { add, mul, serialization, sub, type Tensor, tensor1d, tidy } from "@tensorflow/tfjs-core";
import { layers } from "@tensorflow/tfjs-layers";
import type { ChannelScale } from "../training/scaling.ts";

/** What a `ChannelAffine` layer does, one number a channel or one for all. */
export interface AffineNumbers {
  /** Taken away first. */
  readonly before: readonly number[];
  /** Multiplied by then. */
  readonly factor: readonly number[];
  /** Added last. */
  readonly behind: readonly number[];
}

/**
 * A layer that maps every channel for itself, y = (x - before) factor + behind, with fixed numbers: the scaling that a net
 * was trained in.
 *
 * It is registered with TensorFlow.js as `ChannelAffine`, so saved models that have one load.
 */
export class ChannelAffine extends layers.Layer {
  /** The name under which it is registered. */
  static readonly className = "ChannelAffine";
  readonly #numbers: AffineNumbers;

  constructor(options: AffineNumbers & { readonly name?: string }) {
    super(options.name === undefined ? {} : { name: options.name });
    const { before, factor, behind } = options;
    this.#numbers = { before: [...before], factor: [...factor], behind: [...behind] };
  }

  /** The mapped values. */
  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    const { before, factor, behind } = this.#numbers;
    return tidy(() => add(mul(sub(x, tensor1d([...before])), tensor1d([...factor])), tensor1d([...behind])));
  }

  /** What builds an equal layer. */
  override getConfig(): serialization.ConfigDict {
    const { before, factor, behind } = this.#numbers;
    return { ...super.getConfig(), before: [...before], factor: [...factor], behind: [...behind] };
  }
}

serialization.registerClass(ChannelAffine);

/** The layer that scales what a net is given. */
export function scalingLayer({ offset, scale }: ChannelScale): ChannelAffine {
  return new ChannelAffine({ before: [...offset], factor: Array.from(scale, (s) => 1 / s), behind: [0] });
}

/** The layer that takes the scaling off what a net gives. */
export function unscalingLayer({ offset, scale }: ChannelScale): ChannelAffine {
  return new ChannelAffine({ before: [0], factor: [...scale], behind: [...offset] });
}
