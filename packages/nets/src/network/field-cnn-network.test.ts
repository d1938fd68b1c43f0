import { random } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import { gradientError } from "../../test/gradient-check.ts";
import { type FieldCnn, fieldCnn } from "../spec/field-cnn.ts";
import { drawWeights } from "../spec/init.ts";
import { layoutOf } from "../spec/net-spec.ts";
import { rowLoss } from "../training/row-loss.ts";
import { samplesOf } from "../training/training-data.ts";
import { mapped } from "./network-of.ts";
import type { Network } from "./part.ts";

const small = (padding: FieldCnn["padding"], options: Partial<Omit<FieldCnn, "kind">> = {}): FieldCnn =>
  fieldCnn({ widths: [2, 3], padding, ...options });

/** The weights of the reference, by formulas of their index k among the convolutions made so far. */
function fillByFormula(spec: FieldCnn, parameters: Float64Array | Float32Array): void {
  for (const { name, at, length } of layoutOf(spec).tensors) {
    const [layer, part] = name.split(".") as [string, string];
    const k = Number(layer.slice(-1)) - 1;
    const formula = {
      kernel: (i: number) => 0.5 * Math.sin(1.7 * i + k),
      bias: (i: number) => 0.1 * Math.cos(i + k),
      // A norm comes after its convolution, so one convolution more has been made.
      gamma: (i: number) => 1 + 0.2 * Math.sin(i + k + 1),
      beta: (i: number) => 0.2 * Math.cos(i + k + 1),
      moving_mean: (i: number) => 0.1 * Math.sin(i + k),
      moving_variance: (i: number) => 1 + 0.3 * Math.cos(i + k),
    }[part]!;
    for (let i = 0; i < length; i++) parameters[at + i] = formula(i);
  }
}

function trainable(spec: FieldCnn, rows: number, points: readonly number[]): Network {
  const net = mapped("test", spec, points);
  return net.network({ rows, engine: "wasm", precision: "float64", trainable: true });
}

/**
 * The same net in PyTorch 1.13, float64: nn.Sequential of Conv2d(3, padding 1, of this padding mode), ReLU,
 * BatchNorm2d(eps 1e-3, momentum 0.01), MaxPool2d(2), Upsample(2), widths 2 and 3, on two fields of 8 x 4 points
 * x_i = sin(0.9 i + 0.01 i^2), mean squared error to cos(0.5 i). Running variances there are those of samples
 * (over n - 1), so only the means are compared; the last four values are of the net in use.
 */
const REFERENCE = {
  periodic: {
    loss: 0.5254978111464175,
    norm: 0.5492205425581008,
    kernel: [-0.09488843535690825, 0.01540171548745188, -0.037359948188904146, 0.07715987138331949],
    gamma: [-0.002881649349040501, 0.0019959939832093813],
    deep: [0, 0, 0.0027519422402623017],
    mean: [0.00867106593346567, 0.002363142229207029, 0.001619522805572483],
    used: [0.1113301399051469, 0.1126019942840174, 0.1134380975455845, 0.11284616920063532],
  },
  zero: {
    loss: 0.598678839219635,
    norm: 2.1044723569611,
    kernel: [-0.27339090458159954, 0.04129729163951709, -0.17886482307405382, -0.0586186988090559],
    gamma: [0.10777417671518634, -0.14068187743482657],
    deep: [0.022691601934944367, 0.0017129030780207583, 0.06126870787867785],
    mean: [0.007210815743853488, 0.0021022909051508975, 0.00535276519573919],
    used: [0.08690006959783196, 0.12591412974518948, 0.08472324900590243, 0.08743150980726028],
  },
} as const;

describe("a field CNN", () => {
  it.each(["periodic", "zero"] as const)("has PyTorch's loss, gradient and values with %s padding", (padding) => {
    const spec = small(padding);
    const net = trainable(spec, 2, [8, 4]);
    fillByFormula(spec, net.parameters);
    const { tensors } = layoutOf(spec);
    const place = (name: string) => tensors.find((tensor) => tensor.name === name)!;
    // PyTorch's running means started from zero.
    for (const { name, at, length } of tensors) if (name.endsWith("mean")) net.parameters.fill(0, at, at + length);
    net.update();
    for (let i = 0; i < 64; i++) net.input[i] = Math.sin(0.9 * i + 0.01 * i * i);
    net.forward(2, true);
    let loss = 0;
    for (let i = 0; i < 64; i++) {
      const error = net.output[i]! - Math.cos(0.5 * i);
      loss += (error * error) / 64;
      net.outputGradient[i] = (2 * error) / 64;
    }
    net.backward(2);
    const expected = REFERENCE[padding];
    // Sums of some hundred terms of order 1 in another order; batch norm of 4 rows amplifies a little: 1e-12.
    const near = (value: number, wanted: number): void => expect(Math.abs(value - wanted)).toBeLessThan(1e-12);
    near(loss, expected.loss);
    near(Math.sqrt(Array.from(net.gradient).reduce((sum, g) => sum + g * g, 0)), expected.norm);
    const { at: kernel } = place("conv1.kernel");
    expected.kernel.forEach((g, i) => near(net.gradient[kernel + i]!, g));
    const { at: gamma } = place("bn2.gamma");
    expected.gamma.forEach((g, i) => near(net.gradient[gamma + i]!, g));
    const { at: deep } = place("conv6.kernel");
    expected.deep.forEach((g, i) => near(net.gradient[deep + i]!, g));
    const { at: mean } = place("bn3.moving_mean");
    expected.mean.forEach((m, i) => near(net.parameters[mean + i]!, m));

    fillByFormula(spec, net.parameters);
    net.update();
    net.forward(2);
    [0, 13, 31, 63].forEach((at, k) => near(net.output[at]!, expected.used[k]!));
  });

  it.each([
    ["zero padding", small("zero", { activation: "tanh" }), [4, 8]],
    [
      "periodic padding, two channels before and after",
      small("periodic", { activation: "celu", inputs: 2, outputs: 2 }),
      [8, 4],
    ],
    ["one level, He's weights", small("periodic", { activation: "softplus", widths: [3], init: "he" }), [2, 6]],
  ] as const)("has the gradient of central differences to 1e-6: %s", (_name, spec, points) => {
    const source = random(3);
    const draws = (length: number): number[] => Array.from({ length }, () => 2 * source() - 1);
    const numbers = 3 * points[0] * points[1];
    const data = { inputs: draws(numbers * spec.inputs), targets: draws(numbers * spec.outputs), points };
    const { samples, mapped: net, criterion } = samplesOf("test", spec, data);
    const network = net.network({ rows: 3, engine: "wasm", precision: "float64", trainable: true });
    drawWeights(layoutOf(spec), source, network.parameters);
    const loss = rowLoss(network, net.map, criterion, 3);
    expect(gradientError(loss, samples, Int32Array.of(2, 0, 1))).toBeLessThan(1e-6);
  });

  it.each(["float64", "float32"] as const)(
    "has the same bits on WebAssembly and on the plain twin, %s",
    (precision) => {
      const spec = small("periodic");
      const [ours, twin] = (["wasm", "plain"] as const).map((engine) => {
        const source = random(5);
        const net = mapped("test", spec, [8, 4]).network({ rows: 2, engine, precision, trainable: true });
        expect(net.engine).toBe(engine);
        drawWeights(layoutOf(spec), source, net.parameters);
        net.update();
        for (let i = 0; i < 64; i++) net.input[i] = 2 * source() - 1;
        net.forward(2, true);
        for (let i = 0; i < 64; i++) net.outputGradient[i] = net.output[i]! - source();
        net.backward(2);
        return { output: net.output.slice(), gradient: net.gradient.slice(), parameters: net.parameters.slice() };
      });
      expect(ours).toEqual(twin);
      expect(ours!.gradient.some((g) => g !== 0)).toBe(true);
    },
  );

  it("fills its memory to the last byte", () => {
    for (const trains of [true, false]) {
      const { kernels } = mapped("test", fieldCnn(), [64, 64]).network({
        rows: 2,
        engine: "wasm",
        precision: "float32",
        trainable: trains,
      });
      // What a trainable one leaves free is for the optimiser: two means of each parameter, each in float32 or float64.
      const left = kernels.bytes - kernels.used;
      if (trains) expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThan(trains ? 16 * 121_057 + 1024 : 16);
    }
  });

  it("is translation-equivariant by multiples of 4 points with periodic padding, and not with zeros", () => {
    for (const padding of ["periodic", "zero"] as const) {
      const spec = small(padding);
      const net = mapped("test", spec, [8, 12]).network({
        rows: 1,
        engine: "wasm",
        precision: "float64",
        trainable: false,
      });
      drawWeights(layoutOf(spec), random(7), net.parameters);
      net.update();
      const at = (x: number, y: number): number => ((y + 12) % 12) * 8 + ((x + 8) % 8);
      const value = (x: number, y: number): number => Math.sin(3 * x + 5 * y + x * y);
      const run = (dx: number, dy: number): Float64Array => {
        for (let y = 0; y < 12; y++) for (let x = 0; x < 8; x++) net.input[at(x + dx, y + dy)] = value(x, y);
        net.forward(1);
        return Float64Array.from({ length: 96 }, (_, p) => net.output[at((p % 8) + dx, Math.floor(p / 8) + dy)]!);
      };
      // The same sums of the same numbers: equal bits.
      if (padding === "periodic") expect(run(4, 8)).toEqual(run(0, 0));
      else expect(run(4, 8)).not.toEqual(run(0, 0));
    }
  });

  it("refuses a grid that it cannot halve twice, a line, and an array of another length", () => {
    const bind = (points: readonly number[]) => () => mapped("train", fieldCnn(), points);
    expect(bind([64, 30])).toThrow("train: points[1] must be divisible by 4, got 30");
    expect(bind([64])).toThrow("points must be [x, y] for a fieldCnn, got [64]");
    const data = { inputs: new Float64Array(17), targets: new Float64Array(17), points: [4, 4] };
    expect(() => samplesOf("train", fieldCnn(), data)).toThrow("inputs must hold whole rows of 16 points");
  });
});
