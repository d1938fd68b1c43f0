import { kernelEngine } from "@hml/kernels";
import { random } from "@hml/integrators";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stackNetwork } from "./stack-network.ts";
import { drawWeights } from "../spec/init.ts";
import { learnedRhs } from "../rollout/learned-rhs.ts";
import { stackEvaluator } from "./net-evaluator.ts";
import { engineFor } from "./net-engine.ts";
import { discretisedNet, type FieldNet, functionalNet } from "../spec/field-net.ts";
import { ACTIVATIONS, type DenseLayer } from "../spec/stack-spec.ts";
import { stackShape } from "../spec/stack-net.ts";
import { weightsOf } from "../files/weights.ts";

function drawn(spec: FieldNet, seed: number): Float64Array {
  const { layout } = stackShape(spec);
  const parameters = new Float64Array(layout.numbers);
  drawWeights(layout, random(seed), parameters);
  return parameters.map((p) => (p === 0 ? 0.1 : p));
}

const specs = fc
  .record({
    inputs: fc.integer({ min: 1, max: 9 }),
    hidden: fc.array(
      fc.record({
        units: fc.integer({ min: 1, max: 19 }),
        activation: fc.constantFrom(...ACTIVATIONS),
        bias: fc.boolean(),
      }),
      { maxLength: 3 },
    ),
    outputs: fc.integer({ min: 1, max: 3 }),
    odd: fc.boolean(),
    skip: fc.boolean(),
  })
  .map(({ inputs, hidden, outputs, odd, skip }) => {
    const last: DenseLayer = { units: outputs, activation: "linear" };
    const features = Array.from({ length: inputs }, (_, i) => `f${i}`);
    return functionalNet({ features, layers: [...hidden, last], odd, skip });
  });

describe("a stack on WebAssembly", () => {
  it("has the bits of its plain twin, forward and backward, for every shape and number of rows", () => {
    expect(kernelEngine({ bytes: 1 }).kind).toBe("wasm");
    let alive = 0;
    fc.assert(
      fc.property(specs, fc.integer({ min: 1, max: 40 }), fc.nat(), (spec, rows, seed) => {
        const shape = stackShape(spec);
        const parameters = drawn(spec, seed);
        const [ours, twin] = (["wasm", "plain"] as const).map((engine) => {
          const source = random(seed);
          const stack = stackNetwork(shape, { rows: 40, engine, precision: "float64", trainable: true, parameters });
          stack.update();
          expect(stack.engine).toBe(engine);
          for (let i = 0; i < rows * shape.inputs; i++) stack.input[i] = 2 * source() - 1;
          stack.forward(rows);
          const outputs = stack.output.slice(0, rows * shape.outputs);
          for (let i = 0; i < rows * shape.outputs; i++) stack.outputGradient[i] = 2 * source() - 1;
          stack.backward(rows);
          return { outputs, gradient: stack.gradient.slice() };
        });
        expect(ours).toEqual(twin);
        if (ours!.gradient.some((g) => g !== 0)) alive++;
      }),
      { seed: 1, numRuns: 300 },
    );
    // A layer of few ReLUs may be dead on every row; that is rare.
    expect(alive).toBeGreaterThan(270);
  });

  it("evaluates any number of rows in tiles of any height with the same bits", () => {
    const spec = discretisedNet();
    const parameters = drawn(spec, 3);
    const source = random(4);
    const values = Float64Array.from({ length: 3 * 150 }, () => 2 * source() - 1);
    const whole = new Float64Array(150);
    stackEvaluator(spec, parameters).evaluate(values, undefined, 150, whole);
    for (const most of [1, 7, 64, 1000]) {
      const out = new Float64Array(150);
      stackEvaluator(spec, parameters, most).evaluate(values, undefined, 150, out);
      expect(out).toEqual(whole);
    }
  });
});

describe("memory", () => {
  it("is shared by small nets, to the last byte, and not by large ones or plain ones", () => {
    // Nine rows of the code's net: 5 kB of values, 1,217 weights twice and their padding.
    const shape = stackShape(discretisedNet());
    const parameters = drawn(discretisedNet(), 1);
    const options = { rows: 9, engine: "wasm", precision: "float64", trainable: false, parameters } as const;
    const buffers = new Set<ArrayBufferLike>();
    const nets = 1000;
    for (let k = 0; k < nets; k++) {
      buffers.add(stackNetwork(shape, options).input.buffer);
    }
    const bytes = 8 * (9 * (3 + 32 + 32 + 1) + 2 * 1217 + 3 * 32);
    const perMemory = Math.floor((1 << 20) / bytes);
    expect(Math.abs(buffers.size - nets / perMemory)).toBeLessThan(2);

    const large = engineFor("wasm", 300_000);
    expect(large.bytes).toBe(300_000);
    expect(engineFor("wasm", 300_000)).not.toBe(large);
    expect(engineFor("wasm", 16)).toBe(engineFor("wasm", 16));
    expect(engineFor("plain", 16)).toMatchObject({ kind: "plain", bytes: 16 });
    expect(() => engineFor("wasm", 2 ** 31)).toThrow(/must fit into 2147418112 bytes, got 2147483648/);
  });

  it("holds thousands of learned right-hand sides at once, none of which disturbs another", () => {
    const spec = functionalNet({ features: ["u"], layers: [{ units: 1, activation: "linear" }] });
    const laws = Array.from({ length: 5000 }, (_, k) =>
      learnedRhs(
        { spec, weights: () => weightsOf(spec, Float64Array.of(k, 0.5)) },
        { size: 4, ends: "periodic", derivatives: {} },
      ),
    );
    const out = new Float64Array(4);
    laws.forEach((law, k) => {
      law(0, Float64Array.of(1, 2, 3, 4), out);
      expect([...out]).toEqual([k + 0.5, 2 * k + 0.5, 3 * k + 0.5, 4 * k + 0.5]);
    });
  });
});
