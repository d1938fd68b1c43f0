import { allocate, type KernelEngine } from "./engine.ts";
import { packedLength } from "./gemm.ts";
import type { FloatArray } from "./precision.ts";
import type { RecurrentArrays, RecurrentCode, RecurrentExports, RecurrentShape } from "./recurrent-code.ts";

/** The kernels of a layer; takes memory for packed weights. */
export function wasmRecurrent(
  engine: KernelEngine,
  exports: RecurrentExports,
  { kind, reset, rows, inputs, units, precision }: RecurrentShape,
  arrays: RecurrentArrays,
): RecurrentCode {
  const double = precision === "float64";
  const times = double ? exports.times64 : exports.times32;
  const gradients = double ? exports.gradients64 : exports.gradients32;
  const packForward = double ? exports.packForward64 : exports.packForward32;
  const packBackward = double ? exports.packBackward64 : exports.packBackward32;
  const width = (kind === "gru" ? 3 : 4) * units;
  const shared = kind === "gru" ? 2 * units : width;
  const before = kind === "gru" && reset === "before";
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
  const packedH = room(before ? shared : width, units);
  const packedN = before ? room(units, units) : 0;
  const backH = d === 0 ? 0 : room(units, width);
  const backX = dx === 0 ? 0 : room(inputs, width);

  const gruForward = double ? exports.gruForward64 : exports.gruForward32;
  const gruBackward = double ? exports.gruBackward64 : exports.gruBackward32;
  const resetForward = double ? exports.resetForward64 : exports.resetForward32;
  const resetBackward = double ? exports.resetBackward64 : exports.resetBackward32;
  const lstmForward = double ? exports.lstmForward64 : exports.lstmForward32;
  const lstmBackward = double ? exports.lstmBackward64 : exports.lstmBackward32;
  return {
    pack() {
      packForward(wx, packedX, width, inputs);
      packForward(wh, packedH, before ? shared : width, units);
      if (before) packForward(wh + shared * units * bytes, packedN, units, units);
      if (backH !== 0) packBackward(wh, backH, width, units);
      if (backX !== 0) packBackward(wx, backX, width, inputs);
    },
    inputs: (count) => times(x, packedX, bx, gates, count, inputs, width),
    forward(t, keep) {
      const from = h + t * block;
      const g = gates + t * wide;
      const a = keep ? aside + t * block : 0;
      if (before) resetForward(packedH, packedN, bh, from, from + block, g, part, a, rows, units);
      else if (kind === "gru") gruForward(packedH, bh, from, from + block, g, part, a, rows, units);
      else {
        const cell = c + t * block;
        lstmForward(packedH, bh, from, cell, from + block, cell + block, g, part, a, rows, units);
      }
    },
    backward(t) {
      const at = t * block;
      const g = gates + t * wide;
      if (before) resetBackward(backH, h + at, d, dout + at, g, part, rows, units);
      else if (kind === "gru") gruBackward(backH, h + at, d, dout + at, g, aside + at, rows, units);
      else lstmBackward(backH, c + at, d, dc, dout + at, g, aside + at, rows, units);
    },
    gradients(count) {
      gradients(gates, width, x, gwx, gbx, count, width, inputs);
      gradients(gates, width, h, gwh, gbh, count, shared, units);
      const [gw, gb] = [gwh + shared * units * bytes, gbh + shared * bytes];
      // The n gate of a GRU has a hidden part of its own, or it sees another state.
      if (before) gradients(gates + shared * bytes, width, aside, gw, gb, count, units, units);
      else if (kind === "gru") gradients(aside, units, h, gw, gb, count, units, units);
      if (dx !== 0) times(gates, backX, 0, dx, count, width, inputs);
    },
  };
}
