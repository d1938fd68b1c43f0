import { type KernelEngine, load } from "./engine.ts";
import { recurrentFamily } from "./families.ts";
import type { FloatArray, Precision } from "./precision.ts";
import { plainRecurrent } from "./recurrent-plain.ts";
import { wasmRecurrent } from "./recurrent-wasm.ts";

type GruForward = (
  packed: number,
  bias: number,
  h: number,
  out: number,
  gates: number,
  part: number,
  aside: number,
  rows: number,
  units: number,
) => void;
type GruBackward = (
  packed: number,
  h: number,
  d: number,
  dout: number,
  gates: number,
  aside: number,
  rows: number,
  units: number,
) => void;
type ResetForward = (
  packed: number,
  packedN: number,
  bias: number,
  h: number,
  out: number,
  gates: number,
  part: number,
  aside: number,
  rows: number,
  units: number,
) => void;
type ResetBackward = (
  packed: number,
  h: number,
  d: number,
  dout: number,
  gates: number,
  part: number,
  rows: number,
  units: number,
) => void;
type LstmForward = (
  packed: number,
  bias: number,
  h: number,
  c: number,
  out: number,
  cOut: number,
  gates: number,
  part: number,
  aside: number,
  rows: number,
  units: number,
) => void;
type LstmBackward = (
  packed: number,
  c: number,
  d: number,
  dc: number,
  dout: number,
  gates: number,
  aside: number,
  rows: number,
  units: number,
) => void;
type Times = (
  a: number,
  packed: number,
  bias: number,
  out: number,
  rows: number,
  depth: number,
  columns: number,
) => void;
type Gradients = (
  d: number,
  width: number,
  x: number,
  g: number,
  b: number,
  rows: number,
  m: number,
  columns: number,
) => void;
type Pack = (w: number, out: number, width: number, inputs: number) => void;

/** Functions of assembly/recurrent.ts. */
export interface RecurrentExports {
  readonly gruForward64: GruForward;
  readonly gruForward32: GruForward;
  readonly gruBackward64: GruBackward;
  readonly gruBackward32: GruBackward;
  readonly resetForward64: ResetForward;
  readonly resetForward32: ResetForward;
  readonly resetBackward64: ResetBackward;
  readonly resetBackward32: ResetBackward;
  readonly lstmForward64: LstmForward;
  readonly lstmForward32: LstmForward;
  readonly lstmBackward64: LstmBackward;
  readonly lstmBackward32: LstmBackward;
  readonly times64: Times;
  readonly times32: Times;
  readonly gradients64: Gradients;
  readonly gradients32: Gradients;
  readonly packForward64: Pack;
  readonly packForward32: Pack;
  readonly packBackward64: Pack;
  readonly packBackward32: Pack;
}

/** Sizes of a layer, checked. */
export interface RecurrentShape {
  readonly kind: "gru" | "lstm";
  /** Whether the reset of a GRU acts after the product with the state or before it. */
  readonly reset: "after" | "before";
  readonly steps: number;
  readonly rows: number;
  readonly inputs: number;
  readonly units: number;
  readonly precision: Precision;
}

/** Weights, [gate, unit, input or state], and biases, [gate, unit]; or their gradients. */
export interface RecurrentWeights<A> {
  /** Of the inputs, [gates * units, inputs]. */
  readonly inputWeights: A;
  /** Of the state, [gates * units, units]. */
  readonly stateWeights: A;
  /** Of the inputs' part, [gates * units]. */
  readonly inputBias: A;
  /** Of the state's part, [gates * units]. */
  readonly stateBias: A;
}

/** Arrays of a layer, checked; what is not wanted is undefined. */
export interface RecurrentArrays {
  readonly input: FloatArray;
  /** [steps + 1, rows, units]: the state before each step, and after the last. */
  readonly states: FloatArray;
  /** The same of an LSTM's cells. */
  readonly cells: FloatArray | undefined;
  readonly gates: FloatArray;
  /** The state's part of one step's gates. */
  readonly part: FloatArray;
  /** The hidden part of n or, when the reset acts before it, r h (GRU); tanh c (LSTM). */
  readonly aside: FloatArray | undefined;
  readonly weights: RecurrentWeights<FloatArray>;
  readonly gradients: RecurrentWeights<FloatArray> | undefined;
  readonly inputGradient: FloatArray | undefined;
  readonly outputGradient: FloatArray | undefined;
  readonly hiddenGradient: FloatArray | undefined;
  readonly cellGradient: FloatArray | undefined;
}

/** What a layer does, without checks. */
export interface RecurrentCode {
  /** Takes up changed weights. */
  pack(): void;
  /** The inputs' part of the gates for the first `count` rows of all steps. */
  inputs(count: number): void;
  /** Step t; `keep` what `backward` needs. */
  forward(t: number, keep: boolean): void;
  /** Step t backwards: its gates become gradients, the gradient of the state goes on. */
  backward(t: number): void;
  /** From the gates' gradients those of the parameters and inputs, for the first `count` rows of all steps. */
  gradients(count: number): void;
}

/** The code of a layer: the kernels, or their plain twin on a plain engine. */
export function recurrentCode(
  where: string,
  engine: KernelEngine,
  shape: RecurrentShape,
  arrays: RecurrentArrays,
): RecurrentCode {
  const exports = load(where, engine, recurrentFamily);
  return exports === undefined ? plainRecurrent(shape, arrays) : wasmRecurrent(engine, exports, shape, arrays);
}
