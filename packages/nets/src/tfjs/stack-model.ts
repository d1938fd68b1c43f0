import { layers, type SymbolicTensor } from "@tensorflow/tfjs-layers";
import { circulantDerivative } from "../network/circulant-derivative.ts";
import { isPeriodic } from "../network/network-of.ts";
import { isFieldNet } from "../spec/field-net.ts";
import { type StackNet, stackShape, widthsOf } from "../spec/stack-net.ts";
import type { LayerShape } from "../spec/stack-shape.ts";
import { ACTIVATION_NAMES, denseLayers, layerNames, through } from "./dense-chain.ts";
import { OddPart, WithMirrorImages } from "./odd-part.ts";
import { PeriodicPadding } from "./periodic-padding.ts";
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
  if (typeof spec.spacing !== "number" || spec.mobility === "positive") {
    const what = spec.mobility === "positive" ? "with a positive mobility" : "on a plane or in space";
    throw new TfjsError("not-expressible", `${where}: a fluxNet ${what} is not expressible; take train`);
  }
  const { spacing } = spec;
  // (f_i - f_{i+1}) / spacing, a difference of the two faces of a cell.
  const difference = fixedConvolution(1, "difference", [2], 1);
  const fixed = [{ layer: "difference", shape: [2, 1, 1], values: [1 / spacing, -1 / spacing] }];
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
  const { layers: chain, layout, outputs, skipAt, odd } = stackShape(spec);
  const nameAt = layerNames(layout);
  const z = odd ? through(new WithMirrorImages(), input) : input;
  const widths = "stencil" in spec ? widthsOf(spec.stencil) : undefined;
  let f: SymbolicTensor;
  let skip: layers.Layer;
  if (widths === undefined) {
    f = denseLayers(z, chain, nameAt);
    skip = layers.dense({ name: "skip", units: outputs, useBias: false, kernelInitializer: "zeros" });
  } else {
    const [first, ...rest] = chain;
    f = denseLayers(through(stencilLayer(where, widths, first!, nameAt(first!.weightAt)), z), rest, nameAt);
    const linear = { units: outputs, activation: "linear", residual: false, biasAt: undefined } as const;
    skip = stencilLayer(where, widths, linear, "skip");
  }
  const whole = skipAt === undefined ? f : through(layers.add(), f, through(skip, z));
  return odd ? through(new OddPart(), whole) : whole;
}

/** A layer that reads a stencil of these widths along x, (y). */
function stencilLayer(
  where: string,
  [x = 1, y]: readonly number[],
  { units, activation, residual, biasAt }: Pick<LayerShape, "units" | "activation" | "residual" | "biasAt">,
  name: string,
): layers.Layer {
  if (residual) {
    throw new TfjsError(
      "not-expressible",
      `${where}: a residual first layer on a stencil is not expressible; give it another number of units`,
    );
  }
  const options = {
    name,
    filters: units,
    activation: ACTIVATION_NAMES[activation],
    useBias: biasAt !== undefined,
    kernelInitializer: "zeros",
  } as const;
  return y === undefined
    ? layers.conv1d({ ...options, kernelSize: x })
    : layers.conv2d({ ...options, kernelSize: [y, x] });
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
