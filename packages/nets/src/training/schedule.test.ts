import { random } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import type { Weights } from "../files/weights.ts";
import { mlp } from "../spec/mlp.ts";
import { rateRule, type Schedule } from "./schedule.ts";
import { train } from "./train.ts";

const flat = (weights: Weights): number[] => [...weights.values()].flatMap(({ data }) => Array.from<number>(data));

describe("schedules", () => {
  it("rise along a line, then fall along half a cosine", () => {
    const { factor } = rateRule("test", { kind: "cosine", warmUp: 2, end: 0.1 }, 6, 3);
    const rates = Array.from({ length: 18 }, (_, k) => factor(Math.floor(k / 3), k % 3, 0));
    rates.slice(0, 6).forEach((rate, k) => expect(rate).toBeCloseTo((k + 1) / 7, 15));
    // The cosine starts at its top after two epochs and would reach `end` after the sixth: half way after the fourth.
    expect(rates[6]).toBe(1);
    expect(rates[12]).toBeCloseTo(0.55, 15);
    expect(rates[17]).toBeCloseTo(0.1 + 0.45 * (1 + Math.cos((11 / 12) * Math.PI)), 15);
  });

  it("refuse what they do not know", () => {
    const rule = (schedule: object) => () => rateRule("test", schedule as Schedule, 5, 1);
    expect(rule({ kind: "rounds", patience: 0 })).toThrow(/schedule.patience must be an integer/);
    expect(rule({ kind: "rounds", factor: 1.5 })).toThrow(/schedule.factor must lie in \(0, 1\]/);
    expect(rule({ kind: "rounds", rounds: 1.5 })).toThrow(/schedule.rounds must be an integer/);
    expect(rule({ kind: "rounds", every: 2 })).toThrow(/unknown option every/);
    expect(rule({ kind: "cosine", warmUp: 5 })).toThrow(/schedule.warmUp must be an integer between 0 and 4/);
  });
});

describe("rounds", () => {
  // The validation targets are those of another law, so the validation loss falls at first, then rises for good.
  const net = mlp({ inputs: 2, layers: [{ units: 1, activation: "linear" }] });
  const inputs = Float64Array.from({ length: 40 }, (_, i) => Math.sin(i * i));
  const line = (a: number, b: number): Float64Array =>
    Float64Array.from({ length: 20 }, (_, r) => a * inputs[2 * r]! + b * inputs[2 * r + 1]!);
  const data = { inputs, targets: line(3, 1) };
  const validation = { inputs, targets: line(1.5, 0) };
  const options = { learningRate: 0.3, validation, epochs: 100 };

  it("end after `patience` epochs without a new best, halve the rate, begin with the best weights, and stop at the last", async () => {
    const schedule = { kind: "rounds", patience: 3, rounds: 4 } as const;
    const { history, weights } = await train(net, data, { ...options, random: random(1), schedule });
    expect(history.status).toBe("stopped-early");
    // Rounds and patience by their definition, from the losses alone.
    const rates: number[] = [];
    let [best, last, round] = [Infinity, 0, 0];
    for (const [k, loss] of history.validation.entries()) {
      rates.push(0.3 * 0.5 ** round);
      if (loss < best) [best, last] = [loss, k];
      else if (k - last === 3) [last, round] = [k, round + 1];
    }
    expect([...history.learningRate]).toEqual(rates);
    expect(round).toBe(4);
    expect(history.validation[history.keptEpoch - 1]).toBe(Math.min(...history.validation));

    // The second round is a new training from the best weights at half the rate, in the orders that come next.
    const end = rates.lastIndexOf(0.3) + 1;
    const source = random(1);
    const kept = await train(net, data, { ...options, random: source, schedule: { kind: "constant" }, epochs: end });
    const again = await train(net, data, {
      ...options,
      random: source,
      epochs: 2,
      learningRate: 0.15,
      start: kept.weights(),
    });
    expect(again.history.validation[0]).toBe(history.validation[end]);
    expect(flat(weights())).toHaveLength(3);
  });

  it("come closer to the minimum than a constant rate: the noise of the steps falls with the rate", async () => {
    // No line fits these targets, so steps on batches of four never rest.
    const rough = { inputs, targets: Float64Array.from({ length: 20 }, (_, r) => Math.cos(5 * r)) };
    const run = async (schedule: Schedule, epochs: number, batchSize: number): Promise<number> => {
      const { history } = await train(net, rough, {
        ...options,
        epochs,
        batchSize,
        random: random(2),
        schedule,
        validation: rough,
      });
      return history.validation.slice(-10).reduce((a, b) => a + b) / 10;
    };
    const least = await run({ kind: "cosine" }, 2000, 20);
    const constant = await run({ kind: "constant" }, 150, 4);
    const rounds = await run({ kind: "rounds", patience: 5 }, 150, 4);
    expect(rounds - least).toBeLessThan(0.01 * (constant - least));
  });

  it("are refused with a patience of the training's own, or without restored weights", async () => {
    const bad = (change: object): Promise<unknown> =>
      train(net, data, { ...options, random: random(1), schedule: { kind: "rounds" }, ...change }).catch(String);
    expect(await bad({ patience: 3 })).toContain("patience must be left out with rounds");
    expect(await bad({ restoreBest: false })).toContain("restoreBest must be true with rounds");
  });
});
