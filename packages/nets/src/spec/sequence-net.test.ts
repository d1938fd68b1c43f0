import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linearMemory } from "./linear-memory.ts";
import { mlpPropagator } from "./mlp-propagator.ts";
import { checkNetSpec, layoutOf, parameterCount } from "./net-spec.ts";
import { gru, lstm } from "./recurrent-net.ts";
import { reservoir } from "./reservoir.ts";

const SPECS = [
  gru({ channels: 8, units: 200 }),
  gru({ channels: 2, forcing: 1, units: 5, layers: 2, reset: "before", residual: true }),
  lstm({
    channels: 8,
    units: 50,
    readout: [
      { units: 10, activation: "tanh" },
      { units: 8, activation: "linear", bias: false },
    ],
  }),
  mlpPropagator({ channels: 3, forcing: 2 }),
  linearMemory({ channels: 4, memories: 8 }),
  reservoir({ channels: 2, units: 50 }),
];

describe("specifications of nets of sequences", () => {
  it("survive JSON and are frozen to the bottom", () => {
    for (const spec of SPECS) {
      expect(checkNetSpec(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
      const lists = Object.values(spec).filter(Array.isArray);
      expect([spec, ...lists, ...lists.flat()].every(Object.isFrozen)).toBe(true);
    }
  });

  it("have the parameters of PyTorch's layers under their names", () => {
    // nn.GRU(8, 200): 126,000; nn.Linear(200, 8): 1,608.
    expect(parameterCount(SPECS[0]!)).toBe(126_000 + 1_608);
    // nn.LSTM(8, 50): 12,000; nn.Linear(50, 10): 510; nn.Linear(10, 8, bias=False): 80.
    expect(parameterCount(SPECS[2]!)).toBe(12_000 + 510 + 80);
    const names = layoutOf(SPECS[1]!).tensors.map(({ name, shape }) => `${name} [${shape.join(", ")}]`);
    expect(names).toEqual([
      "weight_ih_l0 [15, 3]",
      "weight_hh_l0 [15, 5]",
      "bias_ih_l0 [15]",
      "bias_hh_l0 [15]",
      "weight_ih_l1 [15, 5]",
      "weight_hh_l1 [15, 5]",
      "bias_ih_l1 [15]",
      "bias_hh_l1 [15]",
      "readout.layers.0.weight [2, 5]",
      "readout.layers.0.bias [2]",
    ]);
    expect(parameterCount(reservoir({ channels: 2, units: 50 }))).toBe(2 * 50 + 2);
  });

  it.each<[string, () => unknown, string]>([
    ["no units", () => gru({ channels: 1 } as never), "gru: units must be an integer"],
    [
      "no channel",
      () => lstm({ channels: 0, units: 1 }),
      "lstm: channels must be an integer between 1 and 65536, got 0",
    ],
    [
      "a misspelt key",
      () => gru({ channels: 1, units: 1, unit: 2 } as never),
      "gru: unknown option unit; did you mean units?",
    ],
    [
      "a reset of an LSTM",
      () => lstm({ channels: 1, units: 1, reset: "before" } as never),
      "lstm: unknown option reset",
    ],
    [
      "a read-out of another width",
      () => gru({ channels: 2, units: 4, readout: [{ units: 3, activation: "linear" }] }),
      "gru: readout[0].units must be channels, 2, got 3",
    ],
    [
      "an unknown activation",
      () => gru({ channels: 1, units: 4, readout: [{ units: 1, activation: "gelu" as "relu" }] }),
      "gru: readout[0].activation must be one of",
    ],
    ["too many parameters", () => gru({ channels: 1, units: 65_536, layers: 64 }), "at most 134217728 parameters"],
    [
      "an unknown reset",
      () => gru({ channels: 1, units: 4, reset: "never" as "after" }),
      'reset must be one of "after", "before"',
    ],
    [
      "negative forcing",
      () => mlpPropagator({ channels: 1, forcing: -1 }),
      "mlpPropagator: forcing must be an integer",
    ],
    [
      "increments that are not a truth value",
      () => mlpPropagator({ channels: 1, residual: 1 as unknown as boolean }),
      "mlpPropagator: residual must be true or false, got 1",
    ],
    ["no memory", () => linearMemory({ channels: 1, memories: 0 }), "linearMemory: memories must be an integer"],
    [
      "an operator too large",
      () => linearMemory({ channels: 2000, memories: 1 }),
      "channels must be an integer between 1 and 1024",
    ],
    [
      "a reservoir smaller than its inputs",
      () => reservoir({ channels: 5, units: 4 }),
      "units must be an integer between 5 and 8192",
    ],
    [
      "a degree above the units",
      () => reservoir({ channels: 1, units: 4, degree: 5 }),
      "degree must be an integer between 1 and 4",
    ],
    ["a radius of zero", () => reservoir({ channels: 1, units: 4, radius: 0 }), "reservoir: radius must be positive"],
  ])("refuse %s", (_what, build, message) => {
    expect(build).toThrow(message);
  });

  it("are checked with a TypeError or a RangeError, whatever the value", () => {
    const kind = fc.constantFrom("gru", "lstm", "mlpPropagator", "linearMemory", "reservoir");
    const some = fc.oneof(fc.anything(), fc.integer({ min: 1, max: 4 }));
    const value = fc.record(
      {
        kind,
        channels: some,
        units: some,
        forcing: some,
        layers: some,
        memories: some,
        readout: fc.anything(),
        seed: some,
      },
      { requiredKeys: ["kind"] },
    );
    fc.assert(
      fc.property(value, (spec) => {
        try {
          checkNetSpec(spec as unknown);
        } catch (error) {
          if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
          expect(error.message).toMatch(/^(gru|lstm|mlpPropagator|linearMemory|reservoir): /);
        }
      }),
      { seed: 5, numRuns: 1000 },
    );
  });
});
