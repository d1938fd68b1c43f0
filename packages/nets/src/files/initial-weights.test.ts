import { random } from "@hml/integrators";
import { expect, it } from "vitest";
import { mlp } from "../spec/mlp.ts";
import { train } from "../training/train.ts";
import { initialWeights } from "./initial-weights.ts";

it("are those that a training with the same source starts from", async () => {
  const spec = mlp({ inputs: 2, layers: [{ units: 3, activation: "tanh" }] });
  const data = { inputs: [1, 2, 3, 4], targets: [1, 2, 3, 4, 5, 6] };
  const weights = initialWeights(spec, random(7));
  expect([...weights.keys()]).toEqual(["layers.0.weight", "layers.0.bias"]);
  expect(weights.get("layers.0.weight")?.shape).toEqual([3, 2]);
  // The same draws, then the order of the rows: a second source that has already given six numbers.
  const rest = random(7);
  for (let k = 0; k < 6; k++) rest();
  const settings = { epochs: 3, batchSize: 1 };
  const [drawn, given] = await Promise.all([
    train(spec, data, { ...settings, random: random(7) }),
    train(spec, data, { ...settings, random: rest, start: weights }),
  ]);
  expect(given.weights()).toEqual(drawn.weights());
});

it("refuse what is no source or no net", () => {
  expect(() => initialWeights(mlp({ inputs: 1 }), 3 as never)).toThrow("initialWeights: random must be a function");
  expect(() => initialWeights({ kind: "mlp" } as never, random(1))).toThrow("mlp: inputs must be an integer");
});
