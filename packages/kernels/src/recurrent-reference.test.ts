import { describe, expect, it } from "vitest";
import { gruLayer, kernelEngine, lstmLayer, type RecurrentLayer } from "./index.ts";

/** size * sin(phase + 0.7 i). */
function wave(length: number, phase: number, size = 1): Float64Array {
  return Float64Array.from({ length }, (_, i) => size * Math.sin(phase + 0.7 * i));
}

function closeTo(got: ArrayLike<number>, expected: readonly number[]): void {
  const last = Array.from(got).slice(-expected.length);
  expected.forEach((value, i) => expect(Math.abs(last[i]! - value)).toBeLessThan(1e-14));
}

/** Two inputs, three units, two sequences, three steps; L is linear in all outputs. */
function run(layer: RecurrentLayer, gates: number): void {
  layer.setParameters({
    inputWeights: wave(gates * 6, 1, 0.5),
    stateWeights: wave(gates * 9, 2, 0.5),
    inputBias: wave(gates * 3, 3, 0.1),
    stateBias: wave(gates * 3, 4, 0.1),
  });
  layer.input.set(wave(12, 5));
  layer.hidden.set(wave(6, 6, 0.5));
  layer.forward();
  layer.outputGradient!.set(wave(18, 9));
}

// The last numbers of what torch.nn.GRU and torch.nn.LSTM (PyTorch 1.13, float64, backward()) give for the same numbers.
// They are printed with 15 digits, so 1e-14 leaves room for ten roundings of results below one.
describe("beside PyTorch", () => {
  const shape = { rows: 2, inputs: 2, units: 3, steps: 3, gradient: "all" } as const;

  it.each(["auto", "plain"] as const)("a GRU has its numbers and gradients, engine %s", (use) => {
    const layer = gruLayer(kernelEngine({ bytes: 1 << 16, use }), shape);
    run(layer, 3);
    closeTo(layer.output, [0.219681881999708, 0.234638339365548, 0.17306155163982, 0.099473443930405]);
    layer.backward();
    const { inputWeights, stateWeights, inputBias, stateBias } = layer.parameterGradient!;
    closeTo(inputWeights, [0.0650735997386327, 0.139146533486945, 0.0234647591164289, 0.290129123271087]);
    closeTo(stateWeights, [0.0112155147346669, 0.0257487965661085, 0.0264732822205487, -0.0138710317417742]);
    closeTo(inputBias, [-0.00463206765314039, 0.0694392291043315, 0.290137296661436, 0.179701504958095]);
    closeTo(stateBias, [-0.0046320676531404, 0.0364694930730854, 0.127586338443121, 0.0524474599686052]);
    closeTo(layer.inputGradient!, [0.0746820622781938, 0.225404774793095, -0.356654439669485, -0.254856122637928]);
    closeTo(layer.hiddenGradient!, [-0.133439899497491, -0.308482060256096, -0.280444230851073, -0.133801932949215]);
  });

  it.each(["auto", "plain"] as const)("an LSTM has its numbers and gradients, engine %s", (use) => {
    const layer = lstmLayer(kernelEngine({ bytes: 1 << 16, use }), shape);
    layer.cell.set(wave(6, 7, 0.5));
    run(layer, 4);
    closeTo(layer.output, [0.131127384089932, 0.105918157285622, 0.0515556683950488, -0.00535477712784352]);
    layer.finalCellGradient!.set(wave(6, 8));
    layer.backward();
    const { inputWeights, stateWeights, inputBias, stateBias } = layer.parameterGradient!;
    const bias = [-0.709004562863622, 0.0315525413300454, -0.00553657588242156, 0.0204293706472037];
    closeTo(inputWeights, [-0.00038343598903904, 0.049943710149371, 0.157086026521709, 0.089378235352464]);
    closeTo(stateWeights, [-0.022386092539904, 0.0232364989226274, -0.0101298213179872, -0.0196614698678473]);
    closeTo(inputBias, bias);
    closeTo(stateBias, bias);
    closeTo(layer.inputGradient!, [-0.0100963970745149, -0.0717841348281208, 0.169469710407836, 0.138359105040509]);
    closeTo(layer.hiddenGradient!, [-0.231201535874692, -0.194075029561195, -0.114284869581312, 0.0192552503130097]);
    closeTo(layer.cellGradient!, [-0.129989443702978, -0.28086003911429, -0.214758174433298, -0.208274579337799]);
    layer.forward();
    layer.carry();
    closeTo(layer.cell, [0.203728608832146, 0.234917966485087, 0.125565914274024, -0.0113144724810983]);
  });
});

// Latent nets of two inputs and three units: W_s[i, j] = sin(1 + s + 0.7 (5 i + j)) / 2 over [h, z], b_s[i] = cos(i + s) / 10,
// s counting u r h (GRU, u being z) and f i c o (LSTM); from zero, four steps. The values are those of NumPy formulas that
// were checked against PyTorch 1.13 in float64.
describe("the latent nets of the LED references", () => {
  const inputs = [0.5, -0.2, 0.1, 0.9, -0.4, 0.3, 0.7, -0.8];
  /** Weights and biases with the gates in the order of `codes`; the biases belong to the inputs. */
  const parametersOf = (codes: readonly number[]) => {
    const weight = (s: number, i: number, j: number): number => 0.5 * Math.sin(1 + s + 0.7 * (5 * i + j));
    const each = (columns: readonly number[], f: (s: number, i: number, j: number) => number): number[] =>
      codes.flatMap((s) => [0, 1, 2].flatMap((i) => columns.map((j) => f(s, i, j))));
    return {
      stateWeights: each([0, 1, 2], weight),
      inputWeights: each([3, 4], weight),
      inputBias: each([0], (s, i) => 0.1 * Math.cos(i + s)),
    };
  };
  const shape = { rows: 1, inputs: 2, units: 3 };
  const roll = (layer: RecurrentLayer): void => {
    for (let t = 0; t < 4; t++) {
      layer.input.set(inputs.slice(2 * t, 2 * t + 2));
      layer.step();
    }
  };

  it("a GRU ends in their state", () => {
    const layer = gruLayer(kernelEngine({ bytes: 1 << 12 }), shape);
    layer.setParameters(parametersOf([1, 0, 2]));
    roll(layer);
    closeTo(layer.hidden, [-0.1094374016720814, 0.0029897806563867896, -0.11716378569382983]);
  });

  it("a GRU with the reset before the product ends in the state of the paper's form", () => {
    const layer = gruLayer(kernelEngine({ bytes: 1 << 12 }), { ...shape, reset: "before" });
    const { stateWeights, inputWeights, inputBias } = parametersOf([1, 0, 2]);
    // h' = (1 - u) h + u n there, so z = 1 - u: the signs of u, the second gate, turn.
    const turn = (values: readonly number[], columns: number): number[] =>
      values.map((value, i) => (Math.floor(i / (3 * columns)) === 1 ? -value : value));
    layer.setParameters({
      stateWeights: turn(stateWeights, 3),
      inputWeights: turn(inputWeights, 2),
      inputBias: turn(inputBias, 1),
    });
    roll(layer);
    closeTo(layer.hidden, [-0.12211147150446948, -0.031244657082016132, -0.1305500955330476]);
  });

  it("an LSTM ends in their state", () => {
    const layer = lstmLayer(kernelEngine({ bytes: 1 << 12 }), shape);
    layer.setParameters(parametersOf([1, 0, 2, 3]));
    roll(layer);
    closeTo(layer.hidden, [-0.048748702032792794, -0.002195645252847263, -0.051984592753615264]);
    closeTo(layer.cell, [-0.11742838244221647, -0.0040810810744850295, -0.11245799245680563]);
  });
});
