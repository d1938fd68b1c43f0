import { checkOptions, oneOf } from "@hml/guard";
import { discretisedNet, divergenceNet, type FieldNet, fluxNet, functionalNet } from "./field-net.ts";
import { cnnLstm, cnnLstmShape } from "./cnn-lstm.ts";
import { fieldCnn, fieldCnnShape } from "./field-cnn.ts";
import { gradientFlowNet, gradientFlowShape } from "./gradient-flow-net.ts";
import type { GridNet } from "./grid-net.ts";
import { autoencoder, autoencoderShape } from "./autoencoder.ts";
import type { AutoencoderNet } from "./coder-net.ts";
import { convolutionalAutoencoder, convolutionalCoderShape } from "./convolutional-autoencoder.ts";
import { type DeepSet, deepSet, deepSetShape } from "./deep-set.ts";
import { type MixtureDensity, mixtureDensity, mixtureShape } from "./mixture-density.ts";
import { latentLayout, latentNet } from "./latent-net.ts";
import { linearMemory, linearMemoryShape } from "./linear-memory.ts";
import { type Mlp, mlp } from "./mlp.ts";
import { mlpPropagator, propagatorShape } from "./mlp-propagator.ts";
import type { ParameterLayout } from "./parameter-layout.ts";
import { gru, lstm, recurrentShape } from "./recurrent-net.ts";
import { reservoir, reservoirShape } from "./reservoir.ts";
import type { SequenceNet } from "./sequence-net.ts";
import { setAutoencoder, setAutoencoderShape } from "./set-autoencoder.ts";
import { stackShape } from "./stack-net.ts";
import { variationalAutoencoder, variationalShape } from "./variational-autoencoder.ts";

/** Nets that map one sample to one answer, whatever lies in a sample. */
export type RowNet = Mlp | AutoencoderNet | DeepSet | MixtureDensity;

/** A net as plain JSON data, told apart by `kind`. */
export type NetSpec = FieldNet | GridNet | RowNet | SequenceNet;

/** Every kind of net: how it is checked, and where its numbers lie. */
const FAMILIES: {
  readonly [K in NetSpec["kind"]]: {
    readonly check: (options: never) => NetSpec;
    readonly layout: (spec: Extract<NetSpec, { readonly kind: K }>) => ParameterLayout;
  };
} = {
  functionalNet: { check: functionalNet, layout: (spec) => stackShape(spec).layout },
  discretisedNet: { check: discretisedNet, layout: (spec) => stackShape(spec).layout },
  fluxNet: { check: fluxNet, layout: (spec) => stackShape(spec).layout },
  divergenceNet: { check: divergenceNet, layout: (spec) => stackShape(spec).layout },
  fieldCnn: { check: fieldCnn, layout: (spec) => fieldCnnShape(spec).layout },
  cnnLstm: { check: cnnLstm, layout: (spec) => cnnLstmShape(spec).layout },
  gradientFlowNet: { check: gradientFlowNet, layout: (spec) => gradientFlowShape(spec).layout },
  mlp: { check: mlp, layout: (spec) => stackShape(spec).layout },
  autoencoder: { check: autoencoder, layout: (spec) => autoencoderShape(spec).layout },
  convolutionalAutoencoder: {
    check: convolutionalAutoencoder,
    layout: (spec) => convolutionalCoderShape(spec).layout,
  },
  variationalAutoencoder: { check: variationalAutoencoder, layout: (spec) => variationalShape(spec).layout },
  deepSet: { check: deepSet, layout: (spec) => deepSetShape(spec).layout },
  mixtureDensity: { check: mixtureDensity, layout: (spec) => mixtureShape(spec).layout },
  setAutoencoder: { check: setAutoencoder, layout: (spec) => setAutoencoderShape(spec).layout },
  gru: { check: gru, layout: (spec) => recurrentShape(spec).layout },
  lstm: { check: lstm, layout: (spec) => recurrentShape(spec).layout },
  mlpPropagator: { check: mlpPropagator, layout: (spec) => propagatorShape(spec).layout },
  linearMemory: { check: linearMemory, layout: (spec) => linearMemoryShape(spec).layout },
  reservoir: { check: reservoir, layout: (spec) => reservoirShape(spec).layout },
  latentNet: { check: latentNet, layout: latentLayout },
};

const KINDS = Object.keys(FAMILIES) as NetSpec["kind"][];

/**
 * Checks plain data, such as parsed JSON, and gives a frozen net specification with nothing left to default.
 *
 * @throws RangeError or TypeError that names what is not allowed, unknown keys included.
 */
export function checkNetSpec<S extends NetSpec = NetSpec>(value: S): S;
export function checkNetSpec(value: unknown): NetSpec;
export function checkNetSpec(value: unknown): NetSpec {
  checkOptions("checkNetSpec", value, Object.keys(Object(value)), "spec");
  const { kind, ...options } = value as { readonly kind?: unknown };
  return FAMILIES[oneOf("checkNetSpec", "kind", kind, KINDS)].check(options as never);
}

/** Where the numbers of a checked net lie. */
export function layoutOf(spec: NetSpec): ParameterLayout {
  const { layout } = FAMILIES[spec.kind] as { readonly layout: (spec: NetSpec) => ParameterLayout };
  return layout(spec);
}

/**
 * Number of trainable values of a net. For a dense stack: the sum over its layers of inputs * units weights and, where it
 * has them, units biases; outputs * inputs more for a linear skip. The discretised net of the paper's code (three points,
 * 32, 32, 1) has 1,217.
 */
export function parameterCount(spec: NetSpec): number {
  return layoutOf(spec).parameters;
}
