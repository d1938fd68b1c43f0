/** Squared distances of all pairs of points, `[point, point]`. */
export function squaredDistances(x: Float64Array, count: number, dimension: number): Float64Array {
  const squares = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let c = 0; c < dimension; c++) {
        const d = x[i * dimension + c]! - x[j * dimension + c]!;
        sum += d * d;
      }
      squares[i * count + j] = sum;
      squares[j * count + i] = sum;
    }
  }
  return squares;
}

/** 1 where one of two points is among the other's nearest neighbours, else 0; of equal distances the first point wins. */
export function neighbourAffinity(squares: Float64Array, count: number, neighbours: number): Float64Array {
  const w = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    const others = Array.from({ length: count }, (_, j) => j).filter((j) => j !== i);
    others.sort((j, k) => squares[i * count + j]! - squares[i * count + k]! || j - k);
    for (const j of others.slice(0, neighbours)) {
      w[i * count + j] = 1;
      w[j * count + i] = 1;
    }
  }
  return w;
}

/** exp(-d^2 / (2 h^2)) for different points, 0 on the diagonal. */
export function gaussianAffinity(squares: Float64Array, count: number, bandwidth: number): Float64Array {
  const w = squares.map((square) => Math.exp(-square / (2 * bandwidth * bandwidth)));
  for (let i = 0; i < count; i++) w[i * count + i] = 0;
  return w;
}

/** D^(-1/2) W D^(-1/2) with D the row sums, in place; the index of a point without any affinity, or -1. */
export function normalise(w: Float64Array, count: number): number {
  const root = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let j = 0; j < count; j++) sum += w[i * count + j]!;
    if (!(sum > 0)) return i;
    root[i] = Math.sqrt(sum);
  }
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) w[i * count + j] = w[i * count + j]! / (root[i]! * root[j]!);
  }
  return -1;
}
