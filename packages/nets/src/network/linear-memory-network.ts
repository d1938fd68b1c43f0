import { denseLayer, denseLayerBytes, type DenseLayerOptions, exp, type Precision } from "@hml/kernels";
import { type LinearMemory, type LinearMemoryShape, linearMemoryShape } from "../spec/linear-memory.ts";
import { buildNetwork } from "./build-network.ts";
import { denseChain, denseChainBytes } from "./dense-chain.ts";
import { arrayBytes, arrayOf, type FloatArray, type NetworkOptions } from "./part.ts";
import type { SequenceNetwork, SequenceNetworkOptions, SequencePart, SequenceSite } from "./sequence-network.ts";
import { stableOperator } from "./stable-operator.ts";

/** A linear operator with memory on an engine: products over all steps of a chunk at once, the memory step by step. */
export function linearMemoryNetwork(spec: LinearMemory, options: SequenceNetworkOptions): SequenceNetwork {
  const { rows, steps, inputGradient } = options;
  const shape = linearMemoryShape(spec);
  const network = buildNetwork(shape.layout, bytesOf(spec, shape, options), options, (site) =>
    linearMemoryPart({ ...site, steps, inputGradient }, spec, shape),
  );
  return { ...network, rows, steps };
}

function linearMemoryPart(site: SequenceSite, spec: LinearMemory, shape: LinearMemoryShape): SequencePart {
  const { engine, precision, rows, steps, trainable, parameters, gradient } = site;
  const { channels, forcing, memories } = spec;
  const { inputs, skewAt = 0, dampingAt, rateAt, liftAt } = shape;
  const all = steps * rows;
  const width = channels + memories + forcing;
  const array = (length: number): FloatArray => arrayOf(engine, precision, length);
  const back = (length: number): FloatArray => array(trainable ? length : 0);
  // Of a net that is not trained the gradient is empty, and so are its parts.
  const slice = (numbers: FloatArray, at: number, length: number): FloatArray => numbers.subarray(at, at + length);

  const input = array(all * inputs);
  const inputGradient = site.inputGradient ? array(all * inputs) : undefined;
  const z = array(all * channels);
  const product = (units: number): DenseLayerOptions<Precision> => ({
    ...sizesOf(channels, units, all, site),
    input: z,
  });
  const operator = stableOperator(channels);
  const linear = denseLayer(engine, product(channels));
  const lift = denseLayer(engine, {
    ...product(memories),
    ...(trainable ? { weightGradient: gradient.subarray(liftAt, liftAt + memories * channels) } : {}),
  });
  const read = array(all * width);
  const readGradient = back(all * width);
  const closure = denseChain({ ...site, rows: all }, shape.closure, {
    input: read,
    inputGradient: trainable ? readGradient : undefined,
  });
  const block = rows * memories;
  /** The memory before each step, and after the last. */
  const memory = array((steps + 1) * block);
  const output = array(all * channels);
  const outputGradient = back(all * channels);
  const piece = {
    width: memories,
    values: memory.subarray(0, block),
    gradient: back(block),
    finalGradient: back(block),
  };
  /** e^-|lambda|. */
  const kept = new Float64Array(memories);
  const skew = slice(parameters, skewAt, (channels * (channels - 1)) / 2);
  const damping = slice(parameters, dampingAt, channels);
  const rate = slice(parameters, rateAt, memories);
  const skewGradient = slice(gradient, skewAt, skew.length);
  const dampingGradient = slice(gradient, dampingAt, channels);
  const rateGradient = slice(gradient, rateAt, memories);
  const lifting = slice(parameters, liftAt, memories * channels);

  const forward = (count: number): void => {
    const used = count * rows;
    for (let k = 0; k < used; k++) {
      for (let c = 0; c < channels; c++) z[k * channels + c] = input[k * inputs + c]!;
    }
    linear.forward(used);
    lift.forward(used);
    for (let k = 0; k < used; k++) {
      for (let m = 0; m < memories; m++) {
        const at = k * memories + m;
        const share = kept[m]!;
        memory[at + block] = share * memory[at]! + (1 - share) * lift.output[at]!;
      }
    }
    for (let k = 0; k < used; k++) {
      const to = k * width;
      for (let c = 0; c < channels; c++) read[to + c] = z[k * channels + c]!;
      for (let m = 0; m < memories; m++) read[to + channels + m] = memory[k * memories + m]!;
      for (let f = channels; f < inputs; f++) read[to + memories + f] = input[k * inputs + f]!;
    }
    closure.forward(used);
    for (let i = 0; i < used * channels; i++) output[i] = linear.output[i]! + closure.output[i]!;
  };
  const carry = (count: number): void => {
    memory.copyWithin(0, count * block, (count + 1) * block);
  };

  return {
    inputs,
    outputs: channels,
    input,
    inputGradient,
    output,
    outputGradient,
    state: [piece],
    update() {
      operator.take(skew, damping);
      linear.setParameters(operator.matrix);
      lift.setParameters(lifting);
      for (let m = 0; m < memories; m++) kept[m] = exp(-Math.abs(rate[m]!));
      closure.update();
    },
    forward,
    backward(count) {
      const used = count * rows;
      linear.outputGradient!.set(outputGradient);
      closure.outputGradient.set(outputGradient);
      closure.backward(used);
      linear.weightGradient!.fill(0);
      linear.backward(used);
      operator.gradients(linear.weightGradient!, damping, skewGradient, dampingGradient);
      // Through the memory, from its last step to its first: `d` is dL/d(memory after the step at hand).
      const d = piece.gradient;
      d.set(piece.finalGradient);
      const liftGradient = lift.outputGradient!;
      for (let k = used - 1; k >= 0; k--) {
        for (let m = 0; m < memories; m++) {
          const at = k * memories + m;
          const own = (k % rows) * memories + m;
          const after = d[own]!;
          const share = kept[m]!;
          rateGradient[m] = rateGradient[m]! - after * (memory[at]! - lift.output[at]!) * share * Math.sign(rate[m]!);
          liftGradient[at] = (1 - share) * after;
          d[own] = share * after + readGradient[k * width + channels + m]!;
        }
      }
      lift.backward(used);
      if (inputGradient === undefined) return;
      const [byLinear, byLift] = [linear.inputGradient!, lift.inputGradient!];
      for (let k = 0; k < used; k++) {
        for (let c = 0; c < channels; c++) {
          const at = k * channels + c;
          inputGradient[k * inputs + c] = byLinear[at]! + byLift[at]! + readGradient[k * width + c]!;
        }
        for (let f = channels; f < inputs; f++) inputGradient[k * inputs + f] = readGradient[k * width + memories + f]!;
      }
    },
    carry,
    step() {
      forward(1);
      carry(1);
    },
  };
}

/** Sizes of a product with the channels of all steps. */
function sizesOf(
  inputs: number,
  units: number,
  rows: number,
  { precision, trainable, inputGradient }: Pick<NetworkOptions, "precision" | "trainable"> & { inputGradient: boolean },
): DenseLayerOptions<Precision> {
  const gradient = !trainable ? "none" : inputGradient ? "all" : "parameters";
  return { rows, inputs, units, bias: false, precision, gradient };
}

/** What the part takes of an engine. */
function bytesOf(spec: LinearMemory, { inputs, closure }: LinearMemoryShape, options: SequenceNetworkOptions): number {
  const { rows, steps, precision, trainable, inputGradient } = options;
  const { channels, memories, forcing } = spec;
  const all = rows * steps;
  const width = channels + memories + forcing;
  const block = rows * memories;
  const given = trainable ? (["input", "weightGradient"] as const) : (["input"] as const);
  let bytes = denseChainBytes(closure, { ...options, rows: all }, { input: true, inputGradient: trainable });
  bytes += denseLayerBytes(sizesOf(channels, channels, all, options), ["input"]);
  bytes += denseLayerBytes(sizesOf(channels, memories, all, options), given);
  const lengths = [all * inputs, inputGradient ? all * inputs : 0, all * channels, all * width, (steps + 1) * block];
  lengths.push(all * channels);
  if (trainable) lengths.push(all * width, all * channels, block, block);
  return lengths.reduce((sum, length) => sum + arrayBytes(precision, length), bytes);
}
