import { describe, expectTypeOf, it } from "vitest";
import { type FieldEquation, fieldEquation } from "@hml/systems";
import {
  type DiscoveredEquation,
  type Features,
  readNpz,
  type Rhs,
  type SparseFit,
  type stlsq,
  writeNpz,
} from "./index.ts";

describe("types", () => {
  it("a fit's right-hand side is the structure that integrators take", () => {
    expectTypeOf<ReturnType<SparseFit["rhs"]>>().toEqualTypeOf<
      (t: number, u: Float64Array, out: Float64Array) => void
    >();
    expectTypeOf<Rhs>().toEqualTypeOf<(t: number, u: Float64Array, out: Float64Array) => void>();
    expectTypeOf<Features["evaluate"]>().toEqualTypeOf<(u: Float64Array, out: Float64Array) => void>();
  });
  it("a threshold is required and results are read-only", () => {
    expectTypeOf<Parameters<typeof stlsq>[1]>().toHaveProperty("threshold");
    // @ts-expect-error the threshold has no default
    const options: Parameters<typeof stlsq>[1] = {};
    void options;
  });
  it("a discovered equation is a field equation of the systems, and its right-hand side what integrators take", () => {
    expectTypeOf<DiscoveredEquation["split"]>().toExtend<FieldEquation>();
    expectTypeOf(fieldEquation).toBeCallableWith({} as DiscoveredEquation["split"]);
    expectTypeOf<ReturnType<DiscoveredEquation["rhs"]>>().toEqualTypeOf<Rhs>();
  });
  it("what is read can be written", () => {
    expectTypeOf(writeNpz).toBeCallableWith(readNpz(new Uint8Array(0)));
  });
});
