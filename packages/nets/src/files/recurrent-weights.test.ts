import { describe, expect, it } from "vitest";
import { latentModel } from "../rollout/latent-model.ts";
import { warmUp } from "../rollout/coarse-model.ts";
import { gru, lstm, type RecurrentNet } from "../spec/recurrent-net.ts";
import { kerasWeights, torchWeights } from "./recurrent-weights.ts";
import type { Tensor, Weights } from "./weights.ts";

/** size * sin(phase + 0.7 i). */
function wave(shape: readonly number[], phase: number, size: number): Tensor {
  const length = shape.reduce((a, b) => a * b, 1);
  return { shape, data: Float64Array.from({ length }, (_, i) => size * Math.sin(phase + 0.7 * i)) };
}

/** The memory after some states, and the prediction that follows the last. */
function run(
  spec: RecurrentNet,
  weights: Weights,
  states: ArrayLike<number>,
): { z: Float64Array; memory: Float64Array } {
  const model = latentModel({ propagator: { spec, precision: "float64", weights: () => weights }, dt: 1 });
  const z = new Float64Array(model.latentSize);
  const memory = model.initial();
  warmUp(model, Float64Array.from(states), memory, z);
  return { z, memory };
}

function closeTo(got: ArrayLike<number>, expected: readonly number[]): void {
  expect(got.length).toBe(expected.length);
  // Results below one after a few dozen roundings.
  expected.forEach((value, i) => expect(Math.abs(got[i]! - value)).toBeLessThan(1e-14));
}

const STATES = wave([4, 2], 5, 1).data;

// The numbers come from a NumPy program with the formulas of Keras (keras/layers/rnn/gru.py and lstm.py).
describe("weights from Keras", () => {
  const readout = [{ kernel: wave([3, 2], 4, 0.5), bias: wave([2], 6, 0.1) }];
  const layer = (gates: number, bias: readonly number[]) => ({
    kernel: wave([2, gates * 3], 1, 0.5),
    recurrentKernel: wave([3, gates * 3], 2, 0.5),
    bias: wave(bias, 3, 0.1),
  });

  it("give the GRU with reset_after", () => {
    const spec = gru({ channels: 2, units: 3 });
    const weights = kerasWeights(spec, { recurrent: [layer(3, [2, 9])], readout });
    closeTo(run(spec, weights, STATES).z, [-0.07869116291218671, 0.06940494937282793]);
  });

  it("give the GRU without reset_after", () => {
    const spec = gru({ channels: 2, units: 3, reset: "before" });
    const weights = kerasWeights(spec, { recurrent: [layer(3, [9])], readout });
    closeTo(run(spec, weights, STATES).z, [-0.06252436227030306, 0.06620995580571741]);
  });

  it("give the LSTM", () => {
    const spec = lstm({ channels: 2, units: 3 });
    const weights = kerasWeights(spec, { recurrent: [layer(4, [12])], readout });
    closeTo(run(spec, weights, STATES).z, [-0.012425798149289053, 0.07386543636735071]);
  });

  it("take biases that are not there for zero", () => {
    const spec = lstm({ channels: 2, units: 3 });
    const { kernel, recurrentKernel } = layer(4, [12]);
    const weights = kerasWeights(spec, {
      recurrent: [{ kernel, recurrentKernel }],
      readout: [{ kernel: readout[0]!.kernel }],
    });
    for (const name of ["bias_ih_l0", "bias_hh_l0", "readout.layers.0.bias"]) {
      expect(weights.get(name)!.data.every((value) => value === 0)).toBe(true);
    }
  });

  it("are refused when a bias tells another reset, or a kernel is transposed", () => {
    const spec = gru({ channels: 2, units: 3 });
    expect(() => kerasWeights(spec, { recurrent: [layer(3, [9])], readout })).toThrow(
      new RangeError("kerasWeights: layers.recurrent[0].bias must have shape [2, 9], got shape [9]"),
    );
    const turned = { ...layer(3, [2, 9]), kernel: wave([9, 2], 1, 1) };
    expect(() => kerasWeights(spec, { recurrent: [turned], readout })).toThrow(
      "kernel must have shape [2, 9], got shape [9, 2]",
    );
    expect(() => kerasWeights(spec, { recurrent: [], readout })).toThrow("layers.recurrent must have length 1, got 0");
  });
});

// The numbers come from nn.GRU and nn.LSTM of PyTorch 1.13, two layers, float64, and an nn.Linear.
describe("weights from PyTorch", () => {
  const state = (gates: number): Map<string, Tensor> => {
    const tensors = new Map<string, Tensor>();
    let phase = 0;
    for (const [l, inputs] of [2, 3].entries()) {
      tensors.set(`rnn.weight_ih_l${l}`, wave([gates * 3, inputs], ++phase, 0.5));
      tensors.set(`rnn.weight_hh_l${l}`, wave([gates * 3, 3], ++phase, 0.5));
      tensors.set(`rnn.bias_ih_l${l}`, wave([gates * 3], ++phase, 0.5));
      tensors.set(`rnn.bias_hh_l${l}`, wave([gates * 3], ++phase, 0.5));
    }
    tensors.set("fc.weight", wave([2, 3], ++phase, 0.5));
    tensors.set("fc.bias", wave([2], ++phase, 0.1));
    return tensors;
  };
  const names = { recurrent: "rnn.", readout: ["fc."] };

  it.each([
    [gru({ channels: 2, units: 3, layers: 2 }), 3, [-0.2827577434682787, 0.2041853306664731]],
    [lstm({ channels: 2, units: 3, layers: 2 }), 4, [-0.2301517537782953, 0.16374837565375022]],
  ] as const)("give the same net", (spec, gates, expected) => {
    closeTo(run(spec, torchWeights(spec, state(gates), names), STATES).z, expected);
  });

  it("have our names when there is no prefix, and may lack biases", () => {
    const spec = gru({ channels: 2, units: 3, readout: [{ units: 2, activation: "linear", bias: false }] });
    const tensors = new Map([
      ["weight_ih_l0", wave([9, 2], 1, 1)],
      ["weight_hh_l0", wave([9, 3], 1, 1)],
      ["readout.layers.0.weight", wave([2, 3], 1, 1)],
    ]);
    const weights = torchWeights(spec, tensors);
    expect([...weights.keys()]).toEqual([
      "weight_ih_l0",
      "weight_hh_l0",
      "bias_ih_l0",
      "bias_hh_l0",
      "readout.layers.0.weight",
    ]);
    expect(weights.get("bias_hh_l0")!.data).toEqual(new Float64Array(9));
  });

  it("are refused when something is missing, of another shape, or has no place", () => {
    const spec = gru({ channels: 2, units: 3, layers: 2 });
    const refused = (change: (tensors: Map<string, Tensor>) => void, message: string): void => {
      const tensors = state(3);
      change(tensors);
      expect(() => torchWeights(spec, tensors, names)).toThrow(message);
    };
    refused((tensors) => tensors.delete("rnn.weight_hh_l1"), "missing weight_hh_l1");
    refused(
      (tensors) => tensors.set("rnn.weight_ih_l0", wave([9, 3], 1, 1)),
      "weight_ih_l0 must have shape [9, 2], got [9, 3]",
    );
    refused(
      (tensors) => tensors.set("rnn.weight_ih_l0_reverse", wave([9, 2], 1, 1)),
      "has no place in a gru of 2 layers",
    );
    expect(() => torchWeights(gru({ channels: 2, units: 3, reset: "before" }), state(3), names)).toThrow(
      'reset must be "after", as PyTorch\'s, got "before"',
    );
    expect(() => torchWeights({ kind: "mlp" } as never, state(3))).toThrow(
      new TypeError('torchWeights: spec must be a gru or an lstm, got "mlp"'),
    );
  });
});

// Reference numbers of the LED project, nets.json: W_s[i, j] = 0.5 sin(1 + s + 0.7 (i cols + j)) over the columns [h, z],
// b_s[i] = 0.1 cos(i + s), s = 0, 1, 2 for the gates u r h, 0, 1, 2, 3 for f i c o; W_out has s = 3 and no bias.
describe("the reference nets of LED", () => {
  const INPUTS = [0.5, -0.2, 0.1, 0.9, -0.4, 0.3, 0.7, -0.8];
  const readout = [{ units: 2, activation: "linear", bias: false }] as const;
  /** Rows of the gates in order, of the hidden or the latent columns; u is 1 - z, so its signs change. */
  const block = (gates: readonly number[], from: number, columns: number, signs: readonly number[]): Tensor => {
    const rows = gates.flatMap((s, g) =>
      Array.from({ length: 3 * columns }, (_, k) => {
        const [i, j] = [Math.floor(k / columns), from + (k % columns)];
        return signs[g]! * 0.5 * Math.sin(1 + s + 0.7 * (i * 5 + j));
      }),
    );
    return { shape: [3 * gates.length, columns], data: Float64Array.from(rows) };
  };
  const weights = (gates: readonly number[], signs: readonly number[] = gates.map(() => 1)): Weights =>
    new Map([
      ["weight_ih_l0", block(gates, 3, 2, signs)],
      ["weight_hh_l0", block(gates, 0, 3, signs)],
      [
        "bias_ih_l0",
        {
          shape: [3 * gates.length],
          data: Float64Array.from(gates.flatMap((s, g) => [0, 1, 2].map((i) => signs[g]! * 0.1 * Math.cos(i + s)))),
        },
      ],
      ["bias_hh_l0", { shape: [3 * gates.length], data: new Float64Array(3 * gates.length) }],
      ["readout.layers.0.weight", wave([2, 3], 4, 0.5)],
    ]);

  it("gru_paper is a GRU with the reset before, its update gate being 1 - z", () => {
    const spec = gru({ channels: 2, units: 3, reset: "before", readout });
    const { z, memory } = run(spec, weights([1, 0, 2], [1, -1, 1]), INPUTS);
    closeTo(memory, [-0.12211147150446948, -0.031244657082016132, -0.1305500955330476]);
    closeTo(z, [0.11227050165310452, -0.0578251286721527]);
  });

  it("gru_torch_variant is a GRU with the reset after", () => {
    const { memory } = run(gru({ channels: 2, units: 3, readout }), weights([1, 0, 2]), INPUTS);
    closeTo(memory, [-0.10943740167208138, 0.0029897806563867896, -0.11716378569382983]);
  });

  it("lstm_paper is an LSTM, hidden state and cells", () => {
    const { z, memory } = run(lstm({ channels: 2, units: 3, readout }), weights([1, 0, 2, 3]), INPUTS);
    const h = [-0.048748702032792794, -0.002195645252847263, -0.051984592753615264];
    closeTo(memory, [...h, -0.11742838244221647, -0.0040810810744850295, -0.11245799245680563]);
    closeTo(z, [0.039630231637588324, -0.020483129393511785]);
  });
});
