import { product } from "./plain-product.ts";
import type { FloatArray } from "./precision.ts";
import type { RecurrentArrays, RecurrentCode, RecurrentShape } from "./recurrent-code.ts";
import { ARITHMETIC, gruGates, gruSlopes, lstmGates, lstmSlopes, type StepViews } from "./recurrent-gates.ts";
import { resetGates, resetSlopes, updateGates, updateSlopes } from "./recurrent-reset.ts";

/** The twin of assembly/recurrent.ts: the same operations in the same order, one number at a time. */
export function plainRecurrent(shape: RecurrentShape, arrays: RecurrentArrays): RecurrentCode {
  const { kind, reset, rows, inputs, units, precision } = shape;
  const { input, inputGradient, states, gates, part, aside, weights, gradients } = arrays;
  const { hiddenGradient: d, cellGradient: dc } = arrays;
  const arithmetic = ARITHMETIC[precision];
  const width = (kind === "gru" ? 3 : 4) * units;
  // What of the gates the hidden part shares with the inputs' part; the n gate of a GRU has a hidden part of its own.
  const shared = kind === "gru" ? 2 * units : width;
  const views = viewsOf(shape, arrays);
  const deep = { row: width, column: 1 };
  const turned = { row: 1, column: width };
  const wide = { row: inputs, column: 1 };
  const wideTurned = { row: 1, column: inputs };
  const high = { row: units, column: 1 };
  const highTurned = { row: 1, column: units };
  const tail = (array: FloatArray, rest: number): FloatArray => array.subarray(shared * rest);
  const ownWeights = tail(weights.stateWeights, units);
  const ownBias = tail(weights.stateBias, 1);
  const before = kind === "gru" && reset === "before";
  const sums = part.subarray(rows * shared);
  const resetState = before ? part.slice(0, rows * units) : part;
  const ownGradients = gradients && {
    weights: tail(gradients.stateWeights, units),
    bias: tail(gradients.stateBias, 1),
  };
  return {
    pack() {},
    inputs(count) {
      product(input, wide, weights.inputWeights, wideTurned, gates, weights.inputBias, 0, count, width, inputs);
    },
    forward(t, keep) {
      const step = views[t]!;
      if (before) {
        const state = keep && step.aside !== undefined ? step.aside : resetState;
        product(step.hidden, high, weights.stateWeights, highTurned, part, weights.stateBias, 0, rows, shared, units);
        resetGates(arithmetic, part, step, state, units);
        product(state, high, ownWeights, highTurned, sums, ownBias, 0, rows, units, units);
        updateGates(arithmetic, sums, step, units);
        return;
      }
      product(step.hidden, high, weights.stateWeights, highTurned, part, weights.stateBias, 0, rows, width, units);
      if (kind === "gru") gruGates(arithmetic, part, step, units, keep);
      else lstmGates(arithmetic, part, step, units, keep);
    },
    backward(t) {
      const step = views[t]!;
      if (d === undefined || step.aside === undefined) return;
      if (before) {
        const passed = part.subarray(0, rows * units);
        updateSlopes(arithmetic, step, d, units);
        product(step.gates.subarray(shared), deep, ownWeights, high, passed, undefined, 0, rows, units, units);
        resetSlopes(arithmetic, step, passed, d, units);
        product(step.gates, deep, weights.stateWeights, high, d, d, units, rows, units, shared);
      } else if (kind === "gru") {
        gruSlopes(arithmetic, step, d, units);
        product(step.gates, deep, weights.stateWeights, high, d, d, units, rows, units, shared);
        product(step.aside, high, ownWeights, high, d, d, units, rows, units, units);
      } else if (dc !== undefined) {
        lstmSlopes(arithmetic, step, d, dc, units);
        product(step.gates, deep, weights.stateWeights, high, d, undefined, 0, rows, units, width);
      }
    },
    gradients(count) {
      if (gradients === undefined || ownGradients === undefined || aside === undefined) return;
      const { inputWeights, stateWeights, inputBias, stateBias } = gradients;
      product(gates, turned, input, wide, inputWeights, inputWeights, inputs, width, inputs, count);
      addRows(gates, width, inputBias, count, width);
      product(gates, turned, states, high, stateWeights, stateWeights, units, shared, units, count);
      addRows(gates, width, stateBias, count, shared);
      if (kind === "gru") {
        const [slopes, turn, row] = before ? [gates.subarray(shared), turned, width] : [aside, highTurned, units];
        const state = before ? aside : states;
        const { weights: sum, bias } = ownGradients;
        product(slopes, turn, state, high, sum, sum, units, units, units, count);
        addRows(slopes, row, bias, count, units);
      }
      if (inputGradient !== undefined) {
        product(gates, deep, weights.inputWeights, wide, inputGradient, undefined, 0, count, inputs, width);
      }
    },
  };
}

/** Each step's part of the arrays. */
function viewsOf({ rows, units, steps }: RecurrentShape, arrays: RecurrentArrays): StepViews[] {
  const { states, cells, gates, aside, outputGradient } = arrays;
  const block = rows * units;
  const wide = gates.length / steps;
  const at = (array: FloatArray, t: number, size = block): FloatArray => array.subarray(t * size, (t + 1) * size);
  return Array.from({ length: steps }, (_, t) => ({
    hidden: at(states, t),
    output: at(states, t + 1),
    cell: cells && at(cells, t),
    cellAfter: cells && at(cells, t + 1),
    gates: at(gates, t, wide),
    aside: aside && at(aside, t),
    outputGradient: outputGradient && at(outputGradient, t),
  }));
}

/** g[j] += sum_r d[r, j] for the first m numbers of rows that are `width` apart. */
function addRows(d: FloatArray, width: number, g: FloatArray, rows: number, m: number): void {
  for (let r = 0; r < rows; r++) {
    const p = r * width;
    for (let j = 0; j < m; j++) g[j] = g[j]! + d[p + j]!;
  }
}
