/** Nodes of the lattice of the study of FitzHugh and Nagumo's equations. */
export const NODES = 101;
/** Lattice Boltzmann steps of a coarse step: to t = 1. */
export const LATTICE_STEPS = 200;

/** Densities [u, v] from which every side starts: waves of both fields, with populations of equal weights. */
export function initialDensities(): Float64Array {
  return Float64Array.from({ length: 2 * NODES }, (_, i) =>
    i < NODES ? Math.cos(wave(1, i)) : 0.1 * Math.cos(wave(2, i - NODES)),
  );
}

function wave(k: number, j: number): number {
  return (Math.PI * k * (j + 0.5)) / NODES;
}

/** Particles of a member, and steps to a coarse step of the study in three dimensions. */
export const PARTICLES = 1000;
export const PARTICLE_STEPS = 500;

/** Numbers in [-size, size) that both sides make by the same formula; `phase` tells arrays apart. */
export function scattered(length: number, phase: number, size: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => {
    const x = 1e4 * Math.sin(12.9898 * i + phase);
    return Math.fround(size * (2 * (x - Math.floor(x)) - 1));
  });
}

/** Numbers of a code in the latent steps, and latent steps of one rollout. */
export const CODE = 8;
export const ROLLOUT = 100;
