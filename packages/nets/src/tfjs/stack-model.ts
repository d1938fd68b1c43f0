import { layers, type SymbolicTensor } from "@tensorflow/tfjs-layers";
import { circulantDerivative } from "../network/circulant-derivative.ts";
import { isPeriodic } from "../network/network-of.ts";
import { isFieldNet } from "../spec/field-net.ts";
import { type StackNet, stackShape, widthsOf } from "../spec/stack-net.ts";
import type { LayerShape } from "../spec/stack-shape.ts";
import { OddPart, WithMirrorImages } from "./odd-part.ts";
import { PeriodicPadding } from "./periodic-padding.ts";
import { ACTIVATION_NAMES, through } from "./symbolic.ts";
import { TfjsError } from "./tfjs-error.ts";
import type { FixedWeights, SampleModel } from "./sample-model.ts";

/**
 * The layers of a net that is one dense stack. A net of features or plain numbers is made of dense layers on the last
 * axis. A stencil net begins with a convolution, behind periodic padding where its own is periodic, and goes on with dense
 * layers on the channels. The differences of a flux net and the derivatives of a divergence net are convolutions whose
 * weights stay fixed.
 *
 * @param extents points along x, (y), or null where they are not known
 */
export function stackModel(where: string, spec: StackNet, extents: readonly (number | null)[]): SampleModel {
  const { inputs } = stackShape(spec);
  if (!isFieldNet(spec) || spec.kind === "functionalNet") {
    return { shape: [inputs], output: (z) => stackOutput(where, spec, z), fixed: [] };
  }
  if (extents.length > 2) {
    throw new TfjsError(
      "not-expressible",
      `${where}: a ${spec.kind} in three dimensions is not expressible; take train`,
    );
  }
  const grid = extents.toReversed();
  if (spec.kind === "divergenceNet") {
    const { fixed, output } = divergence(where, spec, extents);
    return { shape: [...grid, inputs], output: (z) => output(stackOutput(where, spec, z)), fixed };
  }
  const shape = [...grid, 1];
  if (spec.kind === "discretisedNet") {
    return { shape, output: (u) => stackOutput(where, spec, padded(spec, u)), fixed: [] };
  }
  // (f_i - f_{i+1}) / spacing, a difference of the two faces of a cell.
  const difference = fixedConvolution(1, "difference", [2], 1);
  const fixed = [{ layer: "difference", shape: [2, 1, 1], values: [1 / spec.spacing, -1 / spec.spacing] }];
  return { shape, output: (u) => through(difference, stackOutput(where, spec, padded(spec, u))), fixed };
}

type StencilNet = Extract<StackNet, { readonly stencil: unknown }>;

/** The field with the values beyond its ends that a stencil reads there; unchanged with valid padding. */
function padded(spec: StencilNet, u: SymbolicTensor): SymbolicTensor {
  if (!isPeriodic(spec)) return u;
  // Half the stencil on both sides; about faces that is one more face than cells.
  const widths = widthsOf(spec.stencil).map((width) => [Math.floor(width / 2), Math.floor(width / 2)] as const);
  return through(new PeriodicPadding({ widths: widths.toReversed(), name: "padding" }), u);
}

/** The stack on channels, with its mirror image where the net is odd and its linear map where it skips. */
function stackOutput(where: string, spec: StackNet, input: SymbolicTensor): SymbolicTensor {
  const shape = stackShape(spec);
  const widths = "stencil" in spec ? widthsOf(spec.stencil) : undefined;
  if (widths !== undefined && shape.layers[0]!.residual) {
    throw new TfjsError(
      "not-expressible",
      `${where}: a residual first layer on a stencil is not expressible; give it another number of units`,
    );
  }
  const chain = shape.layers.map((layer, l) => chainLink(layer, `layers.${l}`, l === 0 ? widths : undefined));
  const skip =
    shape.skipAt === undefined
      ? undefined
      : readingLayer(widths, { name: "skip", units: shape.outputs, activation: "linear", useBias: false });
  const z = shape.odd ? through(new WithMirrorImages(), input) : input;
  const g = chain.reduce((x, link) => link(x), z);
  const f = skip === undefined ? g : through(layers.add(), g, through(skip, z));
  return shape.odd ? through(new OddPart(), f) : f;
}

/** One layer of a chain; apply it once. */
export function chainLink(
  { units, activation, residual, biasAt }: LayerShape,
  name: string,
  widths?: readonly number[],
): (x: SymbolicTensor) => SymbolicTensor {
  const useBias = biasAt !== undefined;
  const tfActivation = ACTIVATION_NAMES[activation];
  if (!residual) {
    const layer = readingLayer(widths, { name, units, activation: tfActivation, useBias });
    return (x) => through(layer, x);
  }
  const sums = readingLayer(undefined, { name, units, activation: "linear", useBias });
  const rest = layers.activation({ activation: tfActivation });
  return (x) => through(rest, through(layers.add(), through(sums, x), x));
}

interface ReadingLayer {
  readonly name: string;
  readonly units: number;
  readonly activation: (typeof ACTIVATION_NAMES)[keyof typeof ACTIVATION_NAMES];
  readonly useBias: boolean;
}

/** A layer that reads a stencil of the widths along x, (y), or the channels. */
function readingLayer(widths: readonly number[] | undefined, { units, ...rest }: ReadingLayer): layers.Layer {
  const options = { ...rest, kernelInitializer: "zeros" as const };
  if (widths === undefined) return layers.dense({ ...options, units });
  const [x = 1, y] = widths;
  if (y === undefined) return layers.conv1d({ ...options, filters: units, kernelSize: x });
  return layers.conv2d({ ...options, filters: units, kernelSize: [y, x] });
}

/** A convolution without padding whose weights are not trained. */
function fixedConvolution(dimension: number, name: string, kernelSize: number[], filters: number): layers.Layer {
  const options = { name, filters, kernelSize, useBias: false, trainable: false, kernelInitializer: "zeros" } as const;
  return dimension === 1 ? layers.conv1d({ ...options, kernelSize }) : layers.conv2d({ ...options, kernelSize });
}

/** d_x f_x + d_y f_y of channels f_x, f_y: along each axis, as many taps as it has points. */
function divergence(
  where: string,
  { period, derivative }: Extract<StackNet, { readonly kind: "divergenceNet" }>,
  extents: readonly (number | null)[],
): { fixed: FixedWeights[]; output: (f: SymbolicTensor) => SymbolicTensor } {
  const axes = period.length;
  const parts = extents.map((n, axis) => {
    if (n === null)
      throw new TypeError(`${where}: points must be given for a divergenceNet, whose derivative they decide`);
    const name = `derivative.${axis}`;
    const onAxis = <T>(along: T, across: T): T[] =>
      extents.map((_, other) => (other === axis ? along : across)).toReversed();
    const kernelSize = onAxis(n, 1);
    const values = new Float64Array(n * axes);
    const weights = circulantDerivative(n, period[axis]!, derivative);
    for (let s = 0; s < n; s++) values[s * axes + axis] = weights[n + s]!;
    const padding = new PeriodicPadding({
      widths: onAxis([0, n - 1] as const, [0, 0] as const),
      name: `padding.${axis}`,
    });
    const convolution = fixedConvolution(axes, name, kernelSize, 1);
    return {
      fixed: { layer: name, shape: [...kernelSize, axes, 1], values },
      output: (f: SymbolicTensor) => through(convolution, through(padding, f)),
    };
  });
  const fixed = parts.map((part) => part.fixed);
  const output = (f: SymbolicTensor): SymbolicTensor => {
    const slopes = parts.map((part) => part.output(f));
    return slopes.length === 1 ? slopes[0]! : through(layers.add(), ...slopes);
  };
  return { fixed, output };
}
