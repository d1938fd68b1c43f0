import { denseLayer, denseLayerBytes, type DenseLayerOptions, elementwise, type Precision } from "@hml/kernels";
import { type Reservoir, reservoirShape } from "../spec/reservoir.ts";
import { buildNetwork } from "./build-network.ts";
import { arrayBytes, arrayOf, type FloatArray } from "./part.ts";
import { reservoirMatrices } from "./reservoir-matrices.ts";
import {
  adding,
  addingLengths,
  type SequenceNetwork,
  type SequenceNetworkOptions,
  type SequencePart,
} from "./sequence-network.ts";

/** A reservoir on an engine, with what its read-out reads. */
export interface ReservoirNetwork extends SequenceNetwork {
  /** [steps, rows, units]: the states after each step, every second entry squared. */
  readonly features: FloatArray;
}

/** A reservoir on an engine. It has no gradient: its read-out is found in closed form. */
export function reservoirNetwork(spec: Reservoir, options: SequenceNetworkOptions): ReservoirNetwork {
  const { rows, steps, precision, trainable } = options;
  const { units, channels, degree } = spec;
  const { inputs, readout, layout } = reservoirShape(spec);
  const { columns, entries, sources, weights } = reservoirMatrices(spec);
  const all = rows * steps;
  const block = rows * units;
  const sizes: DenseLayerOptions<Precision> = { rows: all, inputs: units, units: channels, precision };
  let bytes = denseLayerBytes(sizes, ["input"]);
  const lengths = [all * inputs, all * units, block, block, trainable ? all * channels : 0];
  if (spec.residual) lengths.push(...addingLengths(options, channels));
  for (const length of lengths) bytes += arrayBytes(precision, length);
  const network = buildNetwork(layout, bytes, options, (site) => {
    const { engine, parameters } = site;
    const input = arrayOf(engine, precision, all * inputs);
    const squared = arrayOf(engine, precision, all * units);
    /** The memory that a chunk starts from, and the one that runs on through it. */
    const start = arrayOf(engine, precision, block);
    const running = arrayOf(engine, precision, block);
    const layer = denseLayer(engine, { ...sizes, input: squared });
    const none = arrayOf(engine, precision, 0);
    /** The sums stand here until all of them have read the old memory. */
    const sums = new Float64Array(block);
    const squash = elementwise(engine, "tanh", running);
    const advance = (t: number): void => {
      for (let r = 0; r < rows; r++) {
        const from = r * units;
        const x = (t * rows + r) * inputs;
        for (let i = 0; i < units; i++) {
          let sum = weights[i]! * input[x + sources[i]!]!;
          for (let k = i * degree; k < (i + 1) * degree; k++) sum += entries[k]! * running[from + columns[k]!]!;
          sums[from + i] = sum;
        }
      }
      running.set(sums);
      squash();
      const to = t * block;
      for (let i = 0; i < block; i++) {
        const h = running[i]!;
        squared[to + i] = (i % units) % 2 === 0 ? h : h * h;
      }
    };
    const part: SequencePart = {
      inputs,
      outputs: channels,
      input,
      inputGradient: undefined,
      output: layer.output,
      outputGradient: arrayOf(engine, precision, trainable ? all * channels : 0),
      state: [{ width: units, values: start, gradient: none, finalGradient: none }],
      update() {
        const { weightAt, biasAt = 0 } = readout;
        layer.setParameters(
          parameters.subarray(weightAt, weightAt + units * channels),
          parameters.subarray(biasAt, biasAt + channels),
        );
      },
      forward(count) {
        running.set(start);
        for (let t = 0; t < count; t++) advance(t);
        layer.forward(count * rows);
      },
      backward: () => undefined,
      carry: () => start.set(running),
      step() {
        running.set(start);
        advance(0);
        start.set(running);
        layer.forward(rows);
      },
    };
    const whole = spec.residual ? adding({ ...site, steps, inputGradient: false }, part) : part;
    return { ...whole, features: squared };
  });
  return { ...network, rows, steps };
}
