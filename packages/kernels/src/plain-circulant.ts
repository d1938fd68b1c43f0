import type { CirculantPlan } from "./line-products.ts";

/** The twin of assembly/circulant.ts: the same sums in the same order, a line at a time. */
export function plainCirculant(plan: CirculantPlan): () => void {
  const { values, from, to, stride, halved, count, width, outLength, places, row, differences } = plan;
  const plus = new Float64Array(outLength + width);
  const minus = new Float64Array(outLength + width);
  return () => {
    for (let line = 0; line < from.length; line++) {
      const source = from[line]!;
      let target = to[line]!;
      if (!halved) {
        for (let i = 0; i < places.length; i++) plus[i] = values[source + places[i]!]!;
        for (let i = 0; i < count; i++) values[target + i * stride] = sumAt(plus, i, row);
        continue;
      }
      for (let i = 0; i < count; i++) {
        const x = values[source + places[i]!]!;
        const y = values[source + places[i + count]!]!;
        plus[i] = plus[i + count] = x + y;
        minus[i] = x - y;
        minus[i + count] = -(x - y);
      }
      for (let i = 0; i < count; i++) {
        const sum = sumAt(plus, i, row);
        const difference = sumAt(minus, i, differences);
        values[target] = sum + difference;
        values[target + count * stride] = sum - difference;
        target += stride;
      }
    }
  };
}

/** Sum over j of row[j] source[i + j], two products at a time. */
function sumAt(source: Float64Array, i: number, row: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < row.length; j += 2) sum += row[j]! * source[i + j]! + row[j + 1]! * source[i + j + 1]!;
  return sum;
}

/** to[column, row] = from[row, column]. */
export function plainTranspose(
  from: Float64Array,
  stride: number,
  to: Float64Array,
  rows: number,
  columns: number,
): void {
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < rows; row++) to[column * rows + row] = from[row * stride + column]!;
  }
}
