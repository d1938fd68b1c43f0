import { random } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import { heatData } from "../../test/heat-data.ts";
import { planeData } from "../../test/plane-data.ts";
import { netPresets, planePresets } from "./presets.ts";
import { parameterCount } from "../spec/net-spec.ts";
import { train } from "./train.ts";

describe("netPresets", () => {
  it("hold the parameter counts of the paper's code and text", () => {
    // Code: 3 x 32 + 32, 32 x 32 + 32, 32 + 1; the text's third hidden layer adds 32 x 32 + 32.
    for (const net of ["functional", "discretised"] as const) {
      expect(parameterCount(netPresets.code[net].spec)).toBe(1217);
      expect(parameterCount(netPresets.recommended[net].spec)).toBe(1217);
      expect(parameterCount(netPresets.paper[net].spec)).toBe(1217 + 1056);
    }
  });

  it("are settings that train takes as they are", async () => {
    const data = heatData(64, 5, 0.1, random(1));
    for (const pair of [netPresets.paper, netPresets.code, netPresets.recommended]) {
      const { spec, training } = pair.discretised;
      const { history } = await train(spec, data, { ...training, epochs: 2, random: random(1) });
      expect(history).toMatchObject({ status: "done" });
    }
  });

  it("recommend what learns the discretised heat equation at least ten times better at equal work", async () => {
    // Equal epochs are equal work, whatever the batch. Measured over three seeds: factors of 1,060 to 2,120.
    const data = heatData(512, 11, 0.1, random(1));
    const validation = heatData(128, 11, 0.1, random(2));
    const loss = async ({ spec, training }: (typeof netPresets.code)["discretised"]): Promise<number> => {
      const options = { ...training, epochs: 30, random: random(3), validation };
      return (await train(spec, data, options)).history.validation.at(-1)!;
    };
    expect(await loss(netPresets.recommended.discretised)).toBeLessThan(
      0.1 * (await loss(netPresets.code.discretised)),
    );
  });
});

describe("planePresets", () => {
  it("hold the parameter counts of the paper's code, and 320 for the divergence net", () => {
    expect(parameterCount(planePresets.code.functional.spec)).toBe(769);
    expect(parameterCount(planePresets.code.discretised.spec)).toBe(1921);
    // 49 biases fewer than the code's.
    expect(parameterCount(planePresets.recommended.functional.spec)).toBe(769 - 49);
    expect(parameterCount(planePresets.recommended.divergence.spec)).toBe(320);
  });

  it("are settings that train takes as they are", async () => {
    const { spec, training } = planePresets.recommended.divergence;
    const { history } = await train(spec, planeData(9, 5, random(1)), { ...training, epochs: 1, random: random(1) });
    expect(history.status).toBe("done");
    const field = { inputs: new Float64Array(1600), targets: new Float64Array(1600), points: [5, 5] };
    const code = planePresets.code.discretised;
    const settings = { ...code.training, epochs: 1, random: random(1) };
    expect((await train(code.spec, field, settings)).history.status).toBe("done");
  });
});
