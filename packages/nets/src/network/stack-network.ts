import { sigmoid, softplus } from "@hml/kernels";
import type { LayerShape, StackShape } from "../spec/stack-shape.ts";
import { denseChain, denseChainBytes } from "./dense-chain.ts";
import { buildNetwork } from "./build-network.ts";
import { arrayBytes, arrayOf, type Network, type NetworkOptions, type Part, type Site } from "./part.ts";

/** The dense stack of a net on an engine: odd where its shape says so, with a linear skip where it has one. */
export function stackNetwork(shape: StackShape, options: NetworkOptions): Network {
  // The mirrored rows of an odd stack lie behind the others.
  const rows = shape.odd ? 2 * options.rows : options.rows;
  const sizes = { ...options, rows };
  const skip = skipOf(shape);
  let bytes = denseChainBytes(shape.layers, sizes);
  if (skip !== undefined) bytes += denseChainBytes([skip], sizes, { input: true, inputGradient: false });
  const answers = (options.trainable ? 2 : 1) * arrayBytes(options.precision, options.rows * shape.outputs);
  if (shape.odd) bytes += answers;
  if (shape.difference !== undefined) bytes += answers;
  return buildNetwork(shape.layout, bytes, options, (site) => {
    const whole = skipping({ ...site, rows }, shape, skip);
    const stack = shape.odd ? mirrored(site, shape, whole) : whole;
    return shape.difference === undefined ? stack : mobility(site, shape, stack, shape.difference);
  });
}

/** The linear skip as one more layer on the inputs. */
function skipOf({ skipAt, inputs, outputs }: StackShape): LayerShape | undefined {
  if (skipAt === undefined) return undefined;
  return { inputs, units: outputs, activation: "linear", residual: false, weightAt: skipAt, biasAt: undefined };
}

/** G(z) + S z. */
function skipping(site: Site, shape: StackShape, place: LayerShape | undefined): Part {
  const chain = denseChain(site, shape.layers);
  if (place === undefined) return chain;
  const skip = denseChain(site, [place], { input: chain.input });
  return {
    ...skip,
    update() {
      chain.update();
      skip.update();
    },
    forward(count) {
      chain.forward(count);
      skip.forward(count);
      const { output } = skip;
      for (let i = 0; i < count * shape.outputs; i++) output[i] = output[i]! + chain.output[i]!;
    },
    backward(count) {
      chain.outputGradient.set(skip.outputGradient);
      skip.backward(count);
      chain.backward(count);
    },
  };
}

/** F(z) = (G(z) - G(-z)) / 2; (G(z) + G(-z)) / 2 for a mobility, which is to be even. */
function mirrored(site: Site, shape: StackShape, both: Part): Part {
  const { engine, precision, rows, trainable } = site;
  const { input } = both;
  const sign = shape.difference === undefined ? -1 : 1;
  const output = arrayOf(engine, precision, rows * shape.outputs);
  const outputGradient = arrayOf(engine, precision, trainable ? rows * shape.outputs : 0);
  return {
    ...both,
    output,
    outputGradient,
    forward(count) {
      const mirror = count * shape.inputs;
      for (let i = 0; i < mirror; i++) input[mirror + i] = -input[i]!;
      both.forward(2 * count);
      const numbers = count * shape.outputs;
      for (let i = 0; i < numbers; i++) output[i] = 0.5 * (both.output[i]! + sign * both.output[numbers + i]!);
    },
    backward(count) {
      const numbers = count * shape.outputs;
      for (let i = 0; i < numbers; i++) {
        const half = 0.5 * outputGradient[i]!;
        both.outputGradient[i] = half;
        both.outputGradient[numbers + i] = sign * half;
      }
      both.backward(2 * count);
    },
  };
}

/** -softplus(G(z)) (z_right - z_left). */
function mobility(site: Site, shape: StackShape, stack: Part, [left, right]: readonly [number, number]): Part {
  const { engine, precision, rows, trainable } = site;
  const { inputs, outputs } = shape;
  const { input } = stack;
  const output = arrayOf(engine, precision, rows * outputs);
  const outputGradient = arrayOf(engine, precision, trainable ? rows * outputs : 0);
  return {
    ...stack,
    output,
    outputGradient,
    forward(count) {
      stack.forward(count);
      for (let r = 0; r < count; r++) {
        const difference = input[r * inputs + right]! - input[r * inputs + left]!;
        for (let j = r * outputs; j < (r + 1) * outputs; j++) output[j] = -softplus(stack.output[j]!) * difference;
      }
    },
    backward(count) {
      for (let r = 0; r < count; r++) {
        const difference = input[r * inputs + right]! - input[r * inputs + left]!;
        for (let j = r * outputs; j < (r + 1) * outputs; j++) {
          stack.outputGradient[j] = -outputGradient[j]! * difference * sigmoid(stack.output[j]!);
        }
      }
      stack.backward(count);
    },
  };
}
