/** One axis: what is drawn along it, in which unit, and how. */
export interface Axis {
  /** The quantity, in words or a symbol. */
  readonly label: string;
  /** Its unit, shown in brackets; leave out for a pure number. */
  readonly unit?: string;
  /** Linear unless told otherwise; a logarithmic axis leaves out what is not positive. */
  readonly type?: "linear" | "log";
  /** Ends of the axis; by default the data's own, widened a little. */
  readonly domain?: readonly [number, number];
}

/** `label (unit)`. */
export function axisTitle(axis: Axis): string {
  return axis.unit === undefined ? axis.label : `${axis.label} (${axis.unit})`;
}

/** Smallest and largest value that the axis can show; refuses an axis without any. */
export function dataRange(axis: Axis, columns: Iterable<ArrayLike<number>>): [number, number] {
  const log = axis.type === "log";
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const column of columns) {
    for (let i = 0; i < column.length; i++) {
      const value = column[i]!;
      if (!Number.isFinite(value) || (log && value <= 0)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (low > high) throw new RangeError(`figure: no ${log ? "positive" : "finite"} values for axis ${axis.label}`);
  return [low, high];
}

/** The axis' own ends, or the range of the data with 4 % of air at both ends. */
export function axisDomain(axis: Axis, columns: Iterable<ArrayLike<number>>): [number, number] {
  if (axis.domain) return [...axis.domain];
  const [low, high] = dataRange(axis, columns);
  if (axis.type === "log") {
    const air = low === high ? 2 : (high / low) ** 0.04;
    return [low / air, high * air];
  }
  const air = low === high ? 0.5 * Math.abs(low) || 1 : 0.04 * (high - low);
  return [low - air, high + air];
}

/** Tick positions: d3's own on a linear axis; decades (or 1, 2, 5 of each when there are few) on a logarithmic one. */
export function axisTicks(axis: Axis, [low, high]: readonly [number, number], count: number): number[] | number {
  if (axis.type !== "log") return count;
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const decades = last - first + 1;
  if (decades >= 3) {
    const stride = Math.ceil(decades / count);
    return Array.from({ length: Math.ceil(decades / stride) }, (_, k) => 10 ** (first + k * stride));
  }
  const ticks: number[] = [];
  for (let exponent = first - 1; exponent <= last; exponent++) {
    for (const mantissa of [1, 2, 5]) {
      const tick = mantissa * 10 ** exponent;
      if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) ticks.push(tick);
    }
  }
  return ticks.length > 0 ? ticks : [low, high];
}

/** How the ticks of an axis read: powers of ten throughout as soon as one end of the axis asks for them. */
export function tickFormat(axis: Axis, [low, high]: readonly [number, number]): (value: number) => string {
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (axis.type === "log") return low < 0.5e-2 || high > 2e4 ? powerTick : plainTick;
  return size < 1e-3 || size >= 1e7 ? powerTick : plainTick;
}

function plainTick(value: number): string {
  const digits = String(Number(value.toPrecision(6)));
  const grouped = Math.abs(value) >= 1e4 ? digits.replace(/\B(?=(\d{3})+$)/g, "\u2009") : digits;
  return grouped.replace("-", "\u2212");
}

function powerTick(value: number): string {
  if (value === 0) return "0";
  const exponent = Math.floor(Math.log10(Math.abs(value)) + 1e-9);
  const mantissa = Number((value / 10 ** exponent).toPrecision(4));
  const front = mantissa === 1 ? "" : `${String(mantissa).replace("-", "\u2212")}\u00b7`;
  return `${front}10${superscript(exponent)}`;
}

function superscript(exponent: number): string {
  const digits = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  return String(exponent).replace(/[-\d]/g, (mark) => (mark === "-" ? "⁻" : digits[Number(mark)]!));
}
