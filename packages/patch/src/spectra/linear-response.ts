import type { Vec } from "@hml/integrators";
import type { Dim, PatchRhs, PatchView } from "../patch-view.ts";

/** How the slopes of one patch's interior depend on all its values, edges included: the nonzero derivatives. */
export interface LinearResponse {
  /** Row of each entry: number of the interior unknown. */
  readonly rows: Int32Array;
  /** Column of each entry: place in the padded patch. */
  readonly columns: Int32Array;
  /** Derivatives. */
  readonly values: Vec;
}

/** Cube root of the rounding unit: the best step of a central difference. */
const STEP = 6e-6;
/** Relative defect up to which a right-hand side counts as linear: rounding. */
const LINEAR = 1e-9;

/**
 * The response of a micro model on one patch, by unit vectors where it is linear, or by central differences about
 * the padded values `about`.
 *
 * @param views The patch as each member sees it.
 * @param interior Places of the unknowns in the padded values `[member, channel, z, y, x]`.
 * @throws RangeError when no `about` is given and the model is not linear, or when a derivative is not finite.
 */
export function linearResponse<D extends Dim>(
  where: string,
  micro: PatchRhs<D>,
  views: readonly PatchView<D>[],
  interior: Int32Array,
  about: Vec | undefined,
  t: number,
): LinearResponse {
  const block = views[0]!.channels * views[0]!.points.reduce((all: number, n: number) => all * n, 1);
  const place = about === undefined ? new Float64Array(views.length * block) : Float64Array.from(about);
  const evaluate = (u: Vec, out: Vec): void => {
    for (const [m, view] of views.entries()) {
      micro(t, u.subarray(m * block, (m + 1) * block), out.subarray(m * block, (m + 1) * block), view);
    }
  };
  const unknowns = interior.length;
  const ahead = new Float64Array(place.length);
  const behind = new Float64Array(place.length);
  const largest = place.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const step = about === undefined ? 1 : STEP * (largest > 0 ? largest : 1);
  if (about === undefined) {
    evaluate(place, behind);
    if (interior.some((at) => behind[at] !== 0)) refuse(where);
  }

  const entries: { row: number; column: number; value: number }[] = [];
  for (let column = 0; column < place.length; column++) {
    const here = place[column]!;
    place[column] = here + step;
    evaluate(place, ahead);
    if (about !== undefined) {
      place[column] = here - step;
      evaluate(place, behind);
    }
    place[column] = here;
    const width = about === undefined ? 1 : 2 * step;
    for (let row = 0; row < unknowns; row++) {
      const value = (ahead[interior[row]!]! - behind[interior[row]!]!) / width;
      if (!Number.isFinite(value)) throw new RangeError(`${where}: micro must give finite slopes, got ${value}`);
      if (value !== 0) entries.push({ row, column, value });
    }
  }
  const response: LinearResponse = {
    rows: Int32Array.from(entries, (entry) => entry.row),
    columns: Int32Array.from(entries, (entry) => entry.column),
    values: Float64Array.from(entries, (entry) => entry.value),
  };
  if (about === undefined) refuseNonlinear(where, response, interior, evaluate, place.length);
  return response;
}

/** Compares the response with the model on a vector without symmetries. */
function refuseNonlinear(
  where: string,
  { rows, columns, values }: LinearResponse,
  interior: Int32Array,
  evaluate: (u: Vec, out: Vec) => void,
  size: number,
): void {
  const u = Float64Array.from({ length: size }, (_, n) => 2 * Math.sin(1 + n * n));
  const actual = new Float64Array(u.length);
  evaluate(u, actual);
  const predicted = new Float64Array(interior.length);
  let scale = 0;
  for (let e = 0; e < rows.length; e++) {
    const term = values[e]! * u[columns[e]!]!;
    predicted[rows[e]!]! += term;
    scale = Math.max(scale, Math.abs(term));
  }
  for (const [row, place] of interior.entries()) {
    if (!(Math.abs(predicted[row]! - actual[place]!) <= LINEAR * scale)) refuse(where);
  }
}

function refuse(where: string): never {
  throw new RangeError(
    `${where}: micro must be linear, without a constant part; give the state to linearise about as \`about\``,
  );
}

/** Places of interior points in padded values `[member, channel, z, y, x]`, in the order of an unpadded array. */
export function interiorPlaces(points: readonly number[], edgePoints: number, copies: number): Int32Array {
  const places: number[] = [];
  const [nx, ny, nz] = [points[0]!, points[1] ?? 1, points[2] ?? 1];
  const [edgeY, edgeZ] = [points.length > 1 ? edgePoints : 0, points.length > 2 ? edgePoints : 0];
  for (let c = 0; c < copies; c++) {
    for (let k = edgeZ; k < nz - edgeZ; k++) {
      for (let j = edgeY; j < ny - edgeY; j++) {
        for (let i = edgePoints; i < nx - edgePoints; i++) places.push(((c * nz + k) * ny + j) * nx + i);
      }
    }
  }
  return Int32Array.from(places);
}
