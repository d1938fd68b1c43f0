import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lagrange, patchGrid, type PatchGridSpec, spectral } from "./index.ts";

const spec = { dim: 1, extent: 1, patches: 10, points: 5, ratio: 0.1 } as const;
const broken = (changes: object) => () => patchGrid({ ...spec, ...changes } as PatchGridSpec<1>);

describe("patchGrid", () => {
  it("places periodic patches in the middle of equal cells", () => {
    const grid = patchGrid({ dim: 1, extent: [[2, 4]], patches: 4, points: 5, ratio: 0.3 });
    expect(Array.from(grid.centres[0])).toEqual([2.25, 2.75, 3.25, 3.75]);
    expect(grid.spacing[0]).toBeCloseTo((0.3 * 0.5) / 3, 15);
    expect(grid.size).toBe(12);
    expect(grid.coarseSize).toBe(4);
  });
  it("spreads one value over the axes and takes a tuple per axis", () => {
    const grid = patchGrid({
      dim: 3,
      extent: [1, [1, 3], 3],
      patches: [4, 5, 6],
      points: 5,
      ratio: [0.1, 0.2, 0.3],
      channels: 2,
      members: 3,
    });
    expect(grid.extent).toEqual([
      [0, 1],
      [1, 3],
      [0, 3],
    ]);
    grid.ratio.forEach((ratio, a) => expect(ratio).toBeCloseTo([0.1, 0.2, 0.3][a]!, 15));
    expect(grid.size).toBe(2 * 3 * 4 * 5 * 6 * 27);
    expect(Object.isFrozen(grid)).toBe(true);
  });
  it("puts the outermost points of equispaced patches at the walls, or half a spacing beyond for slopes", () => {
    for (const offset of [0, 0.5]) {
      const grid = patchGrid({ ...spec, ratio: 0.4, boundary: { centres: "equispaced", offset } });
      const half = 2 * grid.spacing[0];
      expect(grid.centres[0][0]! - half).toBeCloseTo(-offset * grid.spacing[0], 14);
      expect(grid.centres[0][9]! + half).toBeCloseTo(1 + offset * grid.spacing[0], 14);
      expect(grid.ratio[0]).toBeCloseTo(0.4, 13);
    }
  });
  it("never lets Chebyshev patches overlap, gluing some to the walls", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 30 }), fc.integer({ min: 3, max: 9 }), (patches, points) => {
        const spacing = 0.9 / (patches * points);
        const [centres] = patchGrid({ dim: 1, extent: 1, patches, points, spacing, boundary: "chebyshev" }).centres;
        for (let i = 1; i < patches; i++) {
          expect(centres[i]! - centres[i - 1]!).toBeGreaterThan((points - 2) * spacing * (1 - 1e-9));
        }
        for (let i = 0; i < patches; i++) expect(centres[i]! + centres[patches - 1 - i]!).toBeCloseTo(1, 13);
      }),
    );
  });
  it("numbers members by phase, x fastest", () => {
    const grid = patchGrid({ dim: 2, extent: 1, patches: 4, points: 5, ratio: 0.1, period: [2, 3] });
    expect(grid.members).toBe(6);
    expect(Array.from({ length: 6 }, (_, m) => grid.phase(m))).toEqual([
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
      [0, 2],
      [1, 2],
    ]);
  });
});

describe("patchGrid refuses", () => {
  it.each([
    ["a ratio above one", { ratio: 1.4 }, "patchGrid: ratio must lie in (0, 1], got 1.4; patches would overlap"],
    ["a ratio of zero", { ratio: 0 }, "patchGrid: ratio must lie in (0, 1], got 0"],
    ["a ratio that is not a number", { ratio: Number.NaN }, "patchGrid: ratio must be finite, got NaN"],
    ["both ratio and spacing", { spacing: 0.1 }, "either ratio or spacing must be given, got both"],
    ["neither", { ratio: undefined }, "either ratio or spacing must be given, got none"],
    ["a spacing that makes patches overlap", { ratio: undefined, spacing: 0.05 }, "patches would overlap"],
    ["too few points", { points: 2 }, "points must be a multiple of edgePoints and at least 3 edgePoints = 3, got 2"],
    ["points that edge layers do not divide", { points: 7, edgePoints: 2 }, "got 7; take 8"],
    [
      "a tuple of the wrong length",
      { extent: [0, 1] },
      "extent must have one entry per axis, 1, got an array of length 2",
    ],
    ["an interval that does not increase", { extent: [[1, 0]] }, "extent[0] must increase, got [1, 0]"],
    ["four dimensions", { dim: 4 }, "dim must be an integer between 1 and 3, got 4"],
    ["an unknown option", { patchs: 3 }, "unknown option patchs; did you mean patches?"],
    ["an unknown boundary", { boundary: "wall" }, 'boundary must be one of "periodic", "equispaced", "chebyshev"'],
    ["a ratio on Chebyshev centres", { boundary: "chebyshev" }, "spacing must be given instead of ratio on x"],
    ["one patch between walls", { patches: 1, boundary: "equispaced" }, "patches must be an integer at least 2"],
    [
      "an offset of one",
      { boundary: { centres: "equispaced", offset: 1 } },
      "boundary.offset must lie in [0, edgePoints) = [0, 1), got 1",
    ],
    ["members that are not the phases", { period: 3, members: 2 }, "the number of phase shifts, 3"],
    ["1e12 patches, without allocating", { dim: 2, patches: 1e6 }, "(values to hold) must be an integer between"],
  ])("%s", (_title, changes, message) => {
    expect(broken(changes)).toThrow(message);
  });
  it("given centres that overlap, lie outside or are too few", () => {
    const at = (centres: number[]) => () =>
      patchGrid({ dim: 1, extent: 1, patches: 3, points: 5, spacing: 0.01, boundary: { centres } });
    expect(at([0.1, 0.5, 0.9])).not.toThrow();
    expect(at([0.1, 0.12, 0.9])).toThrow("patches would overlap");
    expect(at([0.1, 0.5, 1.1])).toThrow("boundary centre 2 of x must lie in [0, 1], got 1.1");
    expect(at([0.1, 0.5])).toThrow("must be as many as patches, 3, got 2");
  });
  it("couplings that the number of patches cannot carry, saying how many can", () => {
    expect(() => lagrange(4).weights(patchGrid({ ...spec, patches: 3 }))).toThrow(
      "lagrange: patches[0] (order 4 interpolates through 5) must be an integer at least 5, got 3",
    );
    expect(() => lagrange(3)).toThrow("lagrange: order must be even, got 3; take 4");
    expect(() => spectral({ source: "center" as "centre" })).toThrow('source must be one of "edgy", "centre"');
    const even = patchGrid({ ...spec, points: 6 });
    expect(() => spectral({ source: "centre" }).weights(even)).toThrow("points / edgePoints must be odd along x");
  });
});
