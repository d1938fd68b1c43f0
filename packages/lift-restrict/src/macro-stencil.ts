/** Macroscale ends: `"periodic"`, or `"held"` (Dirichlet: the first and last value are given point values). */
export type Ends = "periodic" | "held";

/**
 * How a stencil closes near a held end. `"one-sided"` shifts it inwards and takes the end as a point value: right for any
 * smooth field. `"odd"` keeps it centred and extends the field by u(-x) = 2 u(0) - u(x): right where u_xx = 0 at the end,
 * as for diffusion without a source between constant ends at t > 0, and then more accurate.
 */
export type Closure = "one-sided" | "odd";

/** One value that a stencil uses, as a combination of node values. */
export interface StencilEntry {
  /** Distance from the stencil's node, in node spacings. */
  readonly offset: number;
  /** Whether the value is a point value; otherwise it is a window average. */
  readonly isPoint: boolean;
  /** Pairs of node index and weight. */
  readonly terms: readonly (readonly [index: number, weight: number])[];
}

/** The 2 reach + 1 entries of the stencil about `node`, closed at the ends. */
export function closedStencil(
  node: number,
  reach: number,
  nodes: number,
  ends: Ends,
  closure: Closure,
): readonly StencilEntry[] {
  const last = nodes - 1;
  const shift =
    ends === "held" && closure === "one-sided" ? Math.max(0, reach - node) - Math.max(0, node + reach - last) : 0;
  return Array.from({ length: 2 * reach + 1 }, (_, e) => {
    const offset = e - reach + shift;
    const index = node + offset;
    if (ends === "periodic")
      return { offset, isPoint: false, terms: [[((index % nodes) + nodes) % nodes, 1]] as const };
    if (index < 0)
      return {
        offset,
        isPoint: false,
        terms: [
          [0, 2],
          [-index, -1],
        ] as const,
      };
    if (index > last)
      return {
        offset,
        isPoint: false,
        terms: [
          [last, 2],
          [2 * last - index, -1],
        ] as const,
      };
    return {
      offset,
      isPoint: closure === "one-sided" && (index === 0 || index === last),
      terms: [[index, 1]] as const,
    };
  });
}
