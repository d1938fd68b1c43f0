import { allocate, type KernelEngine, load } from "./engine.ts";
import { recurrentFamily } from "./families.ts";
import { packedLength } from "./gemm.ts";
import type { FloatArray, Precision } from "./precision.ts";
import { plainRecurrent } from "./recurrent-plain.ts";

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

function wasmRecurrent(
  engine: KernelEngine,
  exports: RecurrentExports,
  { kind, rows, inputs, units, precision }: RecurrentShape,
  arrays: RecurrentArrays,
): RecurrentCode {
  const double = precision === "float64";
  const times = double ? exports.times64 : exports.times32;
  const gradients = double ? exports.gradients64 : exports.gradients32;
  const packForward = double ? exports.packForward64 : exports.packForward32;
  const packBackward = double ? exports.packBackward64 : exports.packBackward32;
  const width = (kind === "gru" ? 3 : 4) * units;
  const shared = kind === "gru" ? 2 * units : width;
  const bytes = double ? 8 : 4;
  const block = rows * units * bytes;
  const wide = rows * width * bytes;

  // Arrays never move, so their addresses are numbers.
  const address = (array: FloatArray | undefined): number => array?.byteOffset ?? 0;
  const room = (columns: number, depth: number): number =>
    address(allocate(engine, precision, packedLength(precision, columns, depth)));
  const x = address(arrays.input);
  const h = address(arrays.states);
  const c = address(arrays.cells);
  const gates = address(arrays.gates);
  const part = address(arrays.part);
  const aside = address(arrays.aside);
  const dx = address(arrays.inputGradient);
  const dout = address(arrays.outputGradient);
  const d = address(arrays.hiddenGradient);
  const dc = address(arrays.cellGradient);
  const wx = address(arrays.weights.inputWeights);
  const wh = address(arrays.weights.stateWeights);
  const bx = address(arrays.weights.inputBias);
  const bh = address(arrays.weights.stateBias);
  const gwx = address(arrays.gradients?.inputWeights);
  const gwh = address(arrays.gradients?.stateWeights);
  const gbx = address(arrays.gradients?.inputBias);
  const gbh = address(arrays.gradients?.stateBias);
  const packedX = room(width, inputs);
  const packedH = room(width, units);
  const backH = d === 0 ? 0 : room(units, width);
  const backX = dx === 0 ? 0 : room(inputs, width);

  const gruForward = double ? exports.gruForward64 : exports.gruForward32;
  const gruBackward = double ? exports.gruBackward64 : exports.gruBackward32;
  const lstmForward = double ? exports.lstmForward64 : exports.lstmForward32;
  const lstmBackward = double ? exports.lstmBackward64 : exports.lstmBackward32;
  return {
    pack() {
      packForward(wx, packedX, width, inputs);
      packForward(wh, packedH, width, units);
      if (backH !== 0) packBackward(wh, backH, width, units);
      if (backX !== 0) packBackward(wx, backX, width, inputs);
    },
    inputs: (count) => times(x, packedX, bx, gates, count, inputs, width),
    forward(t, keep) {
      const from = h + t * block;
      const g = gates + t * wide;
      const a = keep ? aside + t * block : 0;
      if (kind === "gru") gruForward(packedH, bh, from, from + block, g, part, a, rows, units);
      else {
        const cell = c + t * block;
        lstmForward(packedH, bh, from, cell, from + block, cell + block, g, part, a, rows, units);
      }
    },
    backward(t) {
      const at = t * block;
      const g = gates + t * wide;
      if (kind === "gru") gruBackward(backH, h + at, d, dout + at, g, aside + at, rows, units);
      else lstmBackward(backH, c + at, d, dc, dout + at, g, aside + at, rows, units);
    },
    gradients(count) {
      gradients(gates, width, x, gwx, gbx, count, width, inputs);
      gradients(gates, width, h, gwh, gbh, count, shared, units);
      // The n gate of a GRU has a hidden part of its own.
      if (kind === "gru") {
        gradients(aside, units, h, gwh + shared * units * bytes, gbh + shared * bytes, count, units, units);
      }
      if (dx !== 0) times(gates, backX, 0, dx, count, width, inputs);
    },
  };
}
