import { describe, expect, it } from "vitest";
import { gradientFlowNet } from "./gradient-flow-net.ts";
import { checkNetSpec, layoutOf, parameterCount } from "./net-spec.ts";

describe("gradientFlowNet", () => {
  it("is plain data that comes back from JSON", () => {
    const spec = gradientFlowNet({ mobility: "conserved", spacing: [0.5, 1], degree: 3, units: 7, amplitude: 2 });
    expect(checkNetSpec(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
    expect(Object.isFrozen(spec) && Object.isFrozen(spec.spacing)).toBe(true);
  });

  it("has M, the coefficients of P, b and the layers of f'", () => {
    const spec = gradientFlowNet({ mobility: "non-conserved", degree: 2, units: 5 });
    expect(parameterCount(spec)).toBe(1 + 2 + 1 + 5 + 5 + 5 + 1);
    expect(layoutOf(spec).tensors.map(({ name }) => name)).toEqual([
      "mobility",
      "symbol",
      "floor",
      "layers.0.weight",
      "layers.0.bias",
      "layers.1.weight",
      "layers.1.bias",
    ]);
  });

  it.each([
    [{ mobility: "free" }, "mobility must be"],
    [{ mobility: "conserved", spacing: 0 }, "spacing must be"],
    [{ mobility: "conserved", spacing: [] }, "spacing.length must be"],
    [{ mobility: "conserved", spacing: [1, -1] }, "spacing\\[1\\] must be"],
    [{ mobility: "conserved", spacing: "1" }, "spacing must be"],
    [{ mobility: "conserved", degree: 4 }, "degree must be"],
    [{ mobility: "conserved", units: 0 }, "units must be"],
    [{ mobility: "conserved", amplitude: Number.NaN }, "amplitude must be"],
    [{ mobility: "conserved", wavenumber: -1 }, "wavenumber must be"],
    [{ mobility: "conserved", unit: 3 }, "units"],
  ])("refuses %o", (options, message) => {
    expect(() => gradientFlowNet(options as never)).toThrow(new RegExp(message));
  });
});
