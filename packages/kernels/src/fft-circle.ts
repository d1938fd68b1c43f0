/**
 * cos and sin of 2 pi k / n for whole k and n, reduced to an eighth of a turn in exact arithmetic, so that each is rounded
 * once and points that mirror each other have the same digits.
 */
export function circle(k: number, n: number): readonly [cos: number, sin: number] {
  const m = ((k % n) + n) % n;
  // Quarters of the turn, and 4 n times the angle left over, in turns.
  const quarter = Math.floor((4 * m) / n);
  const rest = 4 * m - quarter * n;
  const mirrored = 2 * rest > n;
  const angle = (Math.PI * (mirrored ? n - rest : rest)) / (2 * n);
  const c = mirrored ? Math.sin(angle) : Math.cos(angle);
  const s = mirrored ? Math.cos(angle) : Math.sin(angle);
  if (quarter === 0) return [c, s];
  if (quarter === 1) return [-s, c];
  return quarter === 2 ? [-c, -s] : [s, -c];
}
