import { type KernelEngine, load } from "./engine.ts";
import { stencilFamily } from "./families.ts";
import { plainStencil } from "./stencil-plain.ts";

/** 1: out = u + slope; 0: the slope alone. */
type Step = 0 | 1;
/** 1: ends are joined; 0: they are held. */
type Periodic = 0 | 1;

/** Functions of assembly/stencil.ts and of their twins; pointers are byte offsets into the engine's memory. */
export interface StencilExports {
  /** [u +] kx (f_i - f_(i-1)) along a line, with fluxes f_i = bond_i (u_(i+1) - u_i). */
  readonly diffuseLine64: (
    step: Step,
    u: number,
    bonds: number,
    out: number,
    points: number,
    periodic: Periodic,
    kx: number,
  ) => void;
  /** The same in rows, and with ky along y. */
  readonly diffusePlane64: (
    step: Step,
    u: number,
    bondsX: number,
    bondsY: number,
    out: number,
    points: number,
    rows: number,
    periodic: Periodic,
    kx: number,
    ky: number,
  ) => void;
  /** [u +] factor sum_t weight_t u[y + dy_t, x + dx_t]; `table` has weight, dx, dy of each tap. */
  readonly weigh64: (
    step: Step,
    u: number,
    table: number,
    taps: number,
    bases: number,
    out: number,
    points: number,
    rows: number,
    halfX: number,
    halfY: number,
    periodic: Periodic,
    factor: number,
  ) => void;
}

/** The stencils of an engine: WebAssembly, or the twins over its memory, which is that of `array`. */
export function stencilCode(where: string, engine: KernelEngine, array: Float64Array): StencilExports {
  return (
    load(where, engine, stencilFamily) ??
    plainStencil(new Float64Array(array.buffer, 0, Math.floor(array.buffer.byteLength / 8)))
  );
}
