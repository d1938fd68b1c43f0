import { type MlpPropagator, propagatorShape } from "../spec/mlp-propagator.ts";
import { buildNetwork } from "./build-network.ts";
import { denseChain, denseChainBytes } from "./dense-chain.ts";
import { arrayBytes, arrayOf } from "./part.ts";
import {
  adding,
  addingLengths,
  type SequenceNetwork,
  type SequenceNetworkOptions,
  type SequencePart,
} from "./sequence-network.ts";

/** A dense propagator on an engine: all steps of a chunk are rows of one stack. */
export function propagatorNetwork(spec: MlpPropagator, options: SequenceNetworkOptions): SequenceNetwork {
  const { rows, steps, precision, inputGradient: asked } = options;
  const { inputs, layers, layout } = propagatorShape(spec);
  const whole = { ...options, rows: steps * rows };
  const given = { input: true, inputGradient: asked };
  let bytes = denseChainBytes(layers, whole, given);
  for (const length of [whole.rows * inputs, asked ? whole.rows * inputs : 0]) bytes += arrayBytes(precision, length);
  if (spec.residual) for (const length of addingLengths(options, spec.channels)) bytes += arrayBytes(precision, length);
  const network = buildNetwork(layout, bytes, options, (site) => {
    const { engine } = site;
    const input = arrayOf(engine, precision, whole.rows * inputs);
    const inputGradient = asked ? arrayOf(engine, precision, whole.rows * inputs) : undefined;
    const chain = denseChain({ ...site, rows: whole.rows }, layers, { input, inputGradient });
    const part: SequencePart = {
      inputs,
      outputs: spec.channels,
      input,
      inputGradient,
      output: chain.output,
      outputGradient: chain.outputGradient,
      state: [],
      update: () => chain.update(),
      forward: (count) => chain.forward(count * rows),
      backward: (count) => chain.backward(count * rows),
      carry: () => undefined,
      step: () => chain.forward(rows),
    };
    return spec.residual ? adding({ ...site, steps, inputGradient: asked }, part) : part;
  });
  return { ...network, rows, steps };
}
