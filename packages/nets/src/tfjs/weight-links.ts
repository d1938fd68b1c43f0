import { layoutOf, type NetSpec } from "../spec/net-spec.ts";

/** One weight of a layer and the places of its numbers, in its own order, in the flat parameters of the net. */
export interface WeightLink {
  /** Name of the layer. */
  readonly layer: string;
  /** Which of the layer's weights. */
  readonly index: number;
  /** Place of each of its numbers in the flat parameters. */
  readonly places: Int32Array;
  /**
   * Places of numbers that are added to them: our recurrent layers have two biases a gate, as PyTorch's, and those of
   * tfjs-layers their sum. On the way back they are zero.
   */
  readonly added: Int32Array | undefined;
}

/** Where the parameters of a checked net lie in the layers of its model. */
export function linksOf(spec: NetSpec): WeightLink[] {
  const { tensors } = layoutOf(spec);
  // Keras has the gates of a GRU as update, reset, new, PyTorch as reset, update, new; those of an LSTM are alike.
  const gates = spec.kind === "gru" ? [1, 0, 2] : [0, 1, 2, 3];
  return tensors.flatMap((tensor): WeightLink[] => {
    const { name, shape, at } = tensor;
    const recurrent = /^(.*\.)?(weight_ih|weight_hh|bias_ih|bias_hh)_(l\d+)$/.exec(name);
    if (recurrent === null) {
      const dot = name.lastIndexOf(".");
      const { index, axes } = PARTS[name.slice(dot + 1)]!;
      return [{ layer: name.slice(0, dot), index, places: permuted(at, shape, axes(shape)), added: undefined }];
    }
    const [, prefix = "", part, own] = recurrent;
    const layer = `${prefix}${own}`;
    const links = (start: number): Int32Array => gated(start, shape, gates);
    if (part === "weight_ih") return [{ layer, index: 0, places: links(at), added: undefined }];
    if (part === "weight_hh") return [{ layer, index: 1, places: links(at), added: undefined }];
    if (part === "bias_hh") return [];
    const second = tensors.find((other) => other.name === name.replace("bias_ih", "bias_hh"))!;
    return [{ layer, index: 2, places: links(at), added: links(second.at) }];
  });
}

/** Which weight of its layer a tensor is, by the last part of its name, and our axes in the layer's order. */
const PARTS: Readonly<
  Record<string, { readonly index: number; readonly axes: (shape: readonly number[]) => number[] }>
> = {
  // [units, inputs] and, of a convolution, [filters, channels, taps] as in PyTorch; kernels of layers end with
  // [inputs, units]. Those of stencils are read in the order of our inputs.
  weight: { index: 0, axes: (shape) => shape.map((_, axis) => shape.length - 1 - axis) },
  kernel: { index: 0, axes: inOrder },
  bias: { index: 1, axes: inOrder },
  gamma: { index: 0, axes: inOrder },
  beta: { index: 1, axes: inOrder },
  moving_mean: { index: 2, axes: inOrder },
  moving_variance: { index: 3, axes: inOrder },
};

function inOrder(shape: readonly number[]): number[] {
  return shape.map((_, axis) => axis);
}

/** Places of [gate, unit, (input)] as [(input), gate, unit] with the gates reordered. */
function gated(at: number, [rows = 0, ...inputs]: readonly number[], gates: readonly number[]): Int32Array {
  const units = rows / gates.length;
  const width = inputs[0] ?? 1;
  const places: number[] = [];
  for (let i = 0; i < width; i++) {
    for (const gate of gates) for (let u = 0; u < units; u++) places.push(at + (gate * units + u) * width + i);
  }
  return Int32Array.from(places);
}

/** Places of a row-major tensor's numbers, which begin at `at`, in the order of its axes `axes`. */
function permuted(at: number, shape: readonly number[], axes: readonly number[]): Int32Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  let places = Int32Array.of(at);
  for (const axis of axes) {
    const length = shape[axis]!;
    const longer = new Int32Array(places.length * length);
    places.forEach((place, i) => {
      for (let k = 0; k < length; k++) longer[i * length + k] = place + k * strides[axis]!;
    });
    places = longer;
  }
  return places;
}
