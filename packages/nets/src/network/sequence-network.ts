import type { KernelEngine } from "@hml/kernels";
import type { EngineKind } from "./net-engine.ts";
import { arrayOf, type FloatArray, type NetworkOptions, type Site } from "./part.ts";

/** One array of the memory that a net of sequences hands on from step to step. */
export interface StatePiece {
  /** Numbers of one row. */
  readonly width: number;
  /** [rows, width]: what `forward` starts from, and what `step` and `carry` move on; zero at first. */
  readonly values: FloatArray;
  /** dL/d(values) of what `forward` started from, written by `backward`; empty when nothing is trained. */
  readonly gradient: FloatArray;
  /** dL/d(what the last step left), read by `backward`: zero unless filled; empty when nothing is trained. */
  readonly finalGradient: FloatArray;
}

/**
 * A differentiable map of sequences with a memory: at each step, for each row, (input, memory) gives (output, memory). The
 * time is the first axis of all arrays.
 */
export interface SequencePart {
  /** Numbers that a row reads at a step: the channels, then the forcing. */
  readonly inputs: number;
  /** Numbers that a row gives at a step: the channels. */
  readonly outputs: number;
  /** [steps, rows, inputs], filled before `forward` and not changed before `backward`. */
  readonly input: FloatArray;
  /** dL/d(input), written by `backward` where it was asked for. */
  readonly inputGradient: FloatArray | undefined;
  /** [steps, rows, outputs], written by `forward`. */
  readonly output: FloatArray;
  /** dL/d(output), filled before `backward`, which may overwrite it; empty when nothing is trained. */
  readonly outputGradient: FloatArray;
  /** The memory; empty for a net without. */
  readonly state: readonly StatePiece[];
  /** Takes up the parameters as they are now. */
  update(): void;
  /** Makes the first `steps` steps from the memory, which stays, and keeps what `backward` needs. */
  forward(steps: number): void;
  /** Adds the gradient through the `steps` steps last made to the site's gradient; uses up what `forward` kept. */
  backward(steps: number): void;
  /** What the last `forward` of `steps` steps left becomes the memory that the next starts from. */
  carry(steps: number): void;
  /** One step of a rollout: the memory goes on in place; reads the first step of `input`, writes the first of `output`. */
  step(): void;
}

/** A whole net of sequences on an engine. */
export interface SequenceNetwork extends SequencePart {
  /** What it runs on. */
  readonly engine: EngineKind;
  /** Where its arrays lie; a trainable one leaves room for an optimiser. */
  readonly kernels: KernelEngine;
  /** Sequences that run side by side. */
  readonly rows: number;
  /** Most steps at once. */
  readonly steps: number;
  /** All its numbers, which `update` takes up. */
  readonly parameters: FloatArray;
  /** dL/d(parameters) of the trainable ones; `backward` adds to it. */
  readonly gradient: FloatArray;
}

/** How a net of sequences is built; `rows` is the number of sequences that run side by side. */
export interface SequenceNetworkOptions extends NetworkOptions {
  /** Most steps at once, the length of a chunk. */
  readonly steps: number;
  /** Whether `backward` gives the gradient of the inputs. */
  readonly inputGradient: boolean;
}

/** Where the parts of a net of sequences are built. */
export interface SequenceSite extends Site, Pick<SequenceNetworkOptions, "steps" | "inputGradient"> {}

/** The same net with the channels that it reads added to what it gives. */
export function adding(site: SequenceSite, part: SequencePart): SequencePart {
  const { engine, precision, rows, steps, trainable } = site;
  const { inputs, outputs, input, inputGradient } = part;
  const output = arrayOf(engine, precision, steps * rows * outputs);
  const outputGradient = arrayOf(engine, precision, trainable ? steps * rows * outputs : 0);
  const add = (count: number): void => {
    for (let k = 0; k < count * rows; k++) {
      for (let c = 0; c < outputs; c++) {
        const at = k * outputs + c;
        output[at] = part.output[at]! + input[k * inputs + c]!;
      }
    }
  };
  return {
    ...part,
    output,
    outputGradient,
    forward(count) {
      part.forward(count);
      add(count);
    },
    backward(count) {
      part.outputGradient.set(outputGradient);
      part.backward(count);
      if (inputGradient === undefined) return;
      for (let k = 0; k < count * rows; k++) {
        for (let c = 0; c < outputs; c++) {
          const at = k * inputs + c;
          inputGradient[at] = inputGradient[at]! + outputGradient[k * outputs + c]!;
        }
      }
    },
    step() {
      part.step();
      add(1);
    },
  };
}

/** Numbers that `adding` takes of an engine. */
export function addingLengths(options: SequenceNetworkOptions, outputs: number): readonly number[] {
  const length = options.steps * options.rows * outputs;
  return options.trainable ? [length, length] : [length];
}
