import { describe, expectTypeOf, it } from "vitest";
import { type LatentLaw, type MultiscaleFlow, multiscale, projective, type TimeStepper, type Vec } from "../index.ts";

declare const micro: TimeStepper;

/** A law with more members than are asked for, as those of `@hml/nets` have. */
declare const model: {
  readonly latentSize: number;
  readonly size: number;
  readonly dt: number;
  readonly stateSize: number;
  readonly forcing: number;
  encode(u: Float64Array, out: Float64Array): void;
  decode(z: Float64Array, out: Float64Array): void;
  initial(members?: number): Float64Array;
  step(z: Float64Array, state: Float64Array, out: Float64Array, forces?: Float64Array): void;
  spread?(member?: number): number;
};

describe("types of multiscale", () => {
  it("take a law by its members, and give a flow that may be wrapped again", () => {
    expectTypeOf(model).toExtend<LatentLaw>();
    const flow = multiscale(micro, model, { warmUp: 5, macro: 10, micro: 10 });
    expectTypeOf(flow).toEqualTypeOf<MultiscaleFlow>();
    expectTypeOf(flow).toExtend<TimeStepper>();
    projective(flow, { burst: 1 });
  });

  it("tell fixed schedules from adaptive ones", () => {
    multiscale(micro, model, { warmUp: 5, comparison: 5, macro: 80, micro: 20, relaxation: 2, largestError: 0.01 });
    // @ts-expect-error an adaptive schedule needs a bound on the error
    multiscale(micro, model, { warmUp: 5, comparison: 5, macro: 80, micro: 20, relaxation: 2 });
    // @ts-expect-error a length is missing
    multiscale(micro, model, { macro: 10, micro: 10 });
  });

  it("take maps of lift-restrict as they are", () => {
    const maps = {
      restriction: { fineSize: 6, coarseSize: 2, restrict: (_fine: Vec, _out: Vec): void => {} },
      lifting: { fineSize: 6, coarseSize: 2, lift: (_coarse: Vec, _out: Vec): void => {} },
    };
    multiscale(micro, model, { warmUp: 5, macro: 10, micro: 10 }, maps);
  });
});
