import { finite, integer, lengthOf, show } from "@hml/guard";
import { float64Bytes } from "./array-bytes.ts";
import type { KernelEngine } from "./engine.ts";
import { checkApart } from "./overlap.ts";

/** A field on a lattice of one or two axes, its slope by a stencil, and explicit steps. Owns its buffers: not re-entrant. */
export interface StencilLattice {
  /** Points of the lattice. */
  readonly points: number;
  /**
   * The field, `[y, x]`, an array of the engine. There are two buffers, and each step writes the other one: read `u` again after
   * a step.
   */
  readonly u: Float64Array;
  /**
   * The slope of a field, for any integrator. Arrays of the engine are worked on where they lie, others are copied in and out.
   * Nothing is allocated, and `u` of the lattice is left alone.
   * @throws TypeError, RangeError for an array of another length, or `out` that shares memory with `u`
   */
  rhs(t: number, u: Float64Array, out: Float64Array): void;
  /**
   * `count` explicit Euler steps, u += dt rhs(u); 1 unless told otherwise. Nothing is allocated. A step too long for stability
   * grows without a word.
   * @throws TypeError, RangeError for a dt that is not finite or a count that is not a whole number
   */
  step(dt: number, count?: number): void;
}

/** Sizes above this do not fit into a memory in any case. */
const LARGEST = 0x8000000;

/** Checks a shape of one or two axes and gives it with the number of points. */
export function latticeShape(
  where: string,
  shape: readonly number[],
  least: number,
): { readonly nx: number; readonly ny: number; readonly axes: number; readonly points: number } {
  const axes = lengthOf(where, "shape", shape);
  if (!Array.isArray(shape) || axes < 1 || axes > 2) {
    throw new RangeError(`${where}: shape must be an array of one or two numbers, got ${show(shape)}`);
  }
  const [nx = 1, ny = 1] = shape.map((n, d) => integer(where, `shape[${d}]`, n, least, LARGEST));
  return { nx, ny, axes, points: integer(where, "the number of points", nx * ny, 1, LARGEST) };
}

/** Bytes of an engine that a lattice takes: two buffers and a copy. */
export function stencilLatticeBytes(points: number): number {
  return 3 * float64Bytes(points);
}

/** Buffers and copies round a kernel: `run` writes u + dt slope(u), or without dt the slope, from place to place. */
export function stencilLattice(
  where: string,
  engine: KernelEngine,
  points: number,
  run: (from: number, to: number, dt: number | undefined) => void,
): StencilLattice {
  let now = engine.float64(points);
  let next = engine.float64(points);
  const copy = engine.float64(points);
  return {
    points,
    get u() {
      return now;
    },
    rhs(_t, u, out) {
      checkField(where, "u", u, points);
      checkField(where, "out", out, points);
      if (u.buffer === out.buffer) checkApart(`${where}.rhs`, { u, out });
      const inside = u.buffer === now.buffer;
      if (!inside) copy.set(u);
      const spare = inside ? copy : next;
      const to = out.buffer === now.buffer ? out : spare;
      run(inside ? u.byteOffset : copy.byteOffset, to.byteOffset, undefined);
      if (to !== out) out.set(to);
    },
    step(dt, count = 1) {
      finite(`${where}.step`, "dt", dt);
      integer(`${where}.step`, "count", count, 0);
      for (let k = 0; k < count; k++) {
        run(now.byteOffset, next.byteOffset, dt);
        const other = now;
        now = next;
        next = other;
      }
    },
  };
}

function checkField(where: string, name: string, field: Float64Array, points: number): void {
  if (!((field as unknown) instanceof Float64Array)) {
    throw new TypeError(`${where}.rhs: ${name} must be a Float64Array, got ${show(field)}`);
  }
  if (field.length !== points) {
    throw new RangeError(`${where}.rhs: ${name} must have length ${points}, got ${field.length}`);
  }
}
