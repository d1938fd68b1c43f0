import type { Rhs, TimeStepper } from "@hml/integrators";
import { expectTypeOf, it } from "vitest";
import { gapTooth, gapToothMap, patchGrid, spectral } from "./index.ts";

it("the dimension of the grid is that of every tuple", () => {
  const grid = patchGrid({ dim: 2, extent: [1, [0, 2]], patches: 8, points: [5, 6], ratio: 0.1 });
  expectTypeOf(grid.patches).toEqualTypeOf<readonly [number, number]>();
  const system = gapTooth(
    grid,
    (_t, _u, _out, patch) => expectTypeOf(patch.spacing).toEqualTypeOf<readonly [number, number]>(),
    spectral(),
  );
  expectTypeOf(system.rhs).toEqualTypeOf<Rhs>();
  expectTypeOf(gapToothMap(grid, () => {}, spectral(), { dt: 1 })).toExtend<TimeStepper>();
});

it("a tuple of another length does not compile", () => {
  // @ts-expect-error two axes, three numbers of patches
  patchGrid({ dim: 2, extent: 1, patches: [8, 8, 8], points: 5, ratio: 0.1 });
  // @ts-expect-error an interval of one axis is a tuple in a tuple
  patchGrid({ dim: 1, extent: [0, 1], patches: 8, points: 5, ratio: 0.1 });
});
