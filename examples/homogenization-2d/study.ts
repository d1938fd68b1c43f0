import { type GapTooth, gapTooth, latticeCellProblem, type PatchGrid, patchGrid, spectral } from "@hml/patch";
import { homogenizationLattice, type LatticeDiffusion } from "@hml/systems";

/** The paper's numbers for the 2D study; the square is 2 pi periodic, time dimensionless. */
export const PAPER = {
  side: 2 * Math.PI,
  patches: 16,
  points: 5,
  ratio: 0.1,
  frames: 101,
  frameStep: 0.01,
  trajectories: 100,
  testTrajectories: 15,
  batch: 64,
} as const;

/**
 * Time before the first snapshot. The lifted state is smooth; the micro modes, the slowest of which decay at a rate of
 * 1.8e4, then make the micro-structure that the medium asks for, exp(-18) short of it.
 */
export const HEAL = 1e-3;

/** A macroscale law u_t = xx u_xx + xy u_xy + yy u_yy. */
export interface Law {
  readonly name: string;
  readonly xx: number;
  readonly xy: number;
  readonly yy: number;
}

/** The 3 x 3 lattice as the authors' program runs it. */
export const lattice: LatticeDiffusion = homogenizationLattice("simulated");

const { tensor } = latticeCellProblem(lattice);

/** The homogenised equation of the lattice, by the cell problem. */
export const RIGHT_LAW: Law = { name: "homogenised", xx: tensor[0]!, xy: tensor[1]! + tensor[2]!, yy: tensor[3]! };

/** Eq. (27) of the paper: x and y change places, and the cross term is missing. */
export const PAPER_LAW: Law = { name: "paper's eq. (27)", xx: 1.2644, xy: 0, yy: 1.3398 };

const grid: PatchGrid<2> = patchGrid({
  dim: 2,
  extent: PAPER.side,
  patches: PAPER.patches,
  points: PAPER.points,
  ratio: PAPER.ratio,
});

/** 16 x 16 patches with one period of the lattice each, edges by spectral interpolation. */
export const scheme: GapTooth<2> = gapTooth(grid, lattice.rhs, spectral());

/** The macroscale grid of the patches' centres, for derivatives. */
export const MACRO = {
  points: [PAPER.patches, PAPER.patches],
  period: [PAPER.side, PAPER.side],
} as const;

/** Number of macroscale values. */
export const SIZE: number = PAPER.patches * PAPER.patches;

/** Centres of the patches along an axis. */
export const CENTRES: Float64Array = grid.centres[0];
