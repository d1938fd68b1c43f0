import { describe, expect, it } from "vitest";
import { autoencoder } from "./autoencoder.ts";
import { convolutionalAutoencoder } from "./convolutional-autoencoder.ts";
import { latentNet } from "./latent-net.ts";
import { linearMemory } from "./linear-memory.ts";
import { mlpPropagator } from "./mlp-propagator.ts";
import { checkNetSpec, layoutOf, parameterCount } from "./net-spec.ts";
import { gru, lstm } from "./recurrent-net.ts";
import { reservoir } from "./reservoir.ts";
import { variationalAutoencoder } from "./variational-autoencoder.ts";

const coder = autoencoder({ inputs: 6, encoder: [{ units: 5, activation: "tanh" }], latentSize: 2 });
const fields = convolutionalAutoencoder({ points: [4, 8], latentSize: 2, widths: [3, 2], kernel: 3 });
const propagators = [
  gru({ channels: 2, units: 4 }),
  lstm({ channels: 2, forcing: 3, units: 4 }),
  mlpPropagator({ channels: 2 }),
  linearMemory({ channels: 2, memories: 3 }),
];
const SPECS = [coder, fields].flatMap((one) => propagators.map((propagator) => latentNet({ coder: one, propagator })));

describe("specifications of latent nets", () => {
  it("survive JSON and are frozen, the nets in them too", () => {
    for (const spec of SPECS) {
      expect(checkNetSpec(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
      expect([spec, spec.coder, spec.propagator].every(Object.isFrozen)).toBe(true);
      // Copies of their own: what was passed may change.
      const given = { ...coder };
      const made = latentNet({ coder: given, propagator: propagators[0]! });
      given.latentSize = 3 as never;
      expect(made.coder.latentSize).toBe(2);
    }
  });

  it("read states and forces, and have the numbers of both nets under names that tell them apart", () => {
    for (const spec of SPECS) {
      expect(spec.channels).toBe(spec.coder.inputs);
      expect(spec.forcing).toBe(spec.propagator.forcing);
      expect(parameterCount(spec)).toBe(parameterCount(spec.coder) + parameterCount(spec.propagator));
      const { tensors, parameters, numbers } = layoutOf(spec);
      expect(tensors.map(({ name, shape }) => [name, shape])).toEqual([
        ...layoutOf(spec.coder).tensors.map(({ name, shape }) => [`coder.${name}`, shape]),
        ...layoutOf(spec.propagator).tensors.map(({ name, shape }) => [`propagator.${name}`, shape]),
      ]);
      // One behind the other, with nothing between them.
      let end = 0;
      for (const { at, length } of tensors) {
        expect(at).toBe(end);
        end += length;
      }
      expect([parameters, numbers]).toEqual([end, end]);
    }
  });

  it.each<[string, () => unknown, string]>([
    [
      "a propagator of other codes",
      () => latentNet({ coder, propagator: gru({ channels: 3, units: 1 }) }),
      "latentNet: propagator.channels must be coder.latentSize, 2, got 3",
    ],
    [
      "a random code",
      () =>
        latentNet({
          coder: variationalAutoencoder({ inputs: 6, encoder: [], latentSize: 2 }) as never,
          propagator: propagators[0]!,
        }),
      'latentNet: coder must be an autoencoder or a convolutionalAutoencoder, got a "variationalAutoencoder"',
    ],
    [
      "a reservoir",
      () => latentNet({ coder, propagator: reservoir({ channels: 2, units: 9 }) as never }),
      'latentNet: propagator must be a gru, an lstm, an mlpPropagator or a linearMemory, got a "reservoir"',
    ],
    ["no coder", () => latentNet({ propagator: propagators[0]! } as never), "got undefined"],
    [
      "other channels",
      () => latentNet({ coder, propagator: propagators[0]!, channels: 5 }),
      "must be left out or 6, got 5",
    ],
    ["a slip", () => latentNet({ coder, propagater: propagators[0]! } as never), "did you mean propagator?"],
    [
      "a net that is not one",
      () => latentNet({ coder: { ...coder, latentSize: 0 }, propagator: propagators[0]! }),
      "autoencoder: latentSize must be an integer",
    ],
  ])("are refused with %s", (_name, make, message) => {
    expect(make).toThrow(message);
  });
});
