import { layoutOf, type NetSpec } from "../spec/net-spec.ts";

/** One weight of a layer and the places of its numbers, in its own order, in the flat parameters of the net. */
export interface WeightLink {
  /** Name of the layer. */
  readonly layer: string;
  /** Which of the layer's weights. */
  readonly index: number;
  /** Place of each of its numbers in the flat parameters. */
  readonly places: Int32Array;
}

/** Where the parameters of a checked net lie in the layers of its model. */
export function linksOf(spec: NetSpec): WeightLink[] {
  return layoutOf(spec).tensors.map(({ name, shape, at }) => {
    const [layer, part] = split(name);
    // Ours are [units, inputs], as PyTorch's; kernels of layers are [inputs, units], those of convolutions
    // [..., channels, units] in the order in which our stencils are read.
    return part === "weight"
      ? { layer, index: 0, places: permuted(at, shape, [1, 0]) }
      : { layer, index: 1, places: permuted(at, shape, [0]) };
  });
}

/** `layers.0.weight` as `layers.0` and `weight`. */
function split(name: string): readonly [layer: string, part: string] {
  const dot = name.lastIndexOf(".");
  return [name.slice(0, dot), name.slice(dot + 1)];
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
