import { show } from "@hml/guard";
import type { Tensor, TensorData } from "./weights.ts";

/**
 * The kernel of a PyTorch convolution, [units, inputs, (ky,) kx], as nets of fields keep it, [(ky,) kx, inputs, units]. Keras
 * has the latter, and it is taken as it is.
 *
 * A field CNN from a PyTorch user's state: for k = 1, 2, ... `conv<k>.kernel` from the k-th Conv2d's `weight` and
 * `conv<k>.bias` from its `bias`; `bn<k>.gamma`, `bn<k>.beta`, `bn<k>.moving_mean`, `bn<k>.moving_variance` from the k-th
 * BatchNorm2d's `weight`, `bias`, `running_mean`, `running_var`. Its `eps` is the net's `epsilon`, and the net's `momentum`
 * is 1 minus PyTorch's.
 *
 * @throws RangeError for a tensor that has not three or four axes.
 */
export function kernelFromTorch(weight: Tensor): Tensor {
  return turned("kernelFromTorch", weight, (axes) => [...axes.slice(2), axes[1]!, axes[0]!]);
}

/**
 * The kernel of a net of fields, [(ky,) kx, inputs, units], as PyTorch's convolutions have it, [units, inputs, (ky,) kx].
 *
 * @throws RangeError for a tensor that has not three or four axes.
 */
export function kernelToTorch(kernel: Tensor): Tensor {
  return turned("kernelToTorch", kernel, (axes) => [axes.at(-1)!, axes.at(-2)!, ...axes.slice(0, -2)]);
}

/** A tensor with its axes in another order, copied. */
function turned(where: string, tensor: Tensor, order: (axes: readonly number[]) => readonly number[]): Tensor {
  const { shape, data } = tensor;
  if (shape.length !== 3 && shape.length !== 4) {
    throw new RangeError(`${where}: kernel must have three or four axes, got shape ${show(shape)}`);
  }
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const from = order([...shape.keys()]);
  const lengths = from.map((axis) => shape[axis]!);
  const out: TensorData = data.slice();
  for (let i = 0; i < out.length; i++) {
    let rest = i;
    let at = 0;
    for (let axis = from.length - 1; axis >= 0; axis--) {
      const n = lengths[axis]!;
      at += (rest % n) * strides[from[axis]!]!;
      rest = Math.floor(rest / n);
    }
    out[i] = data[at]!;
  }
  return { shape: lengths, data: out };
}
