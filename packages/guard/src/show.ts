const LONGEST = 60;

/** A short, safe rendering of any value for an error message: never throws, never runs a getter, never floods. */
export function show(value: unknown): string {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "string") return clip(JSON.stringify(value));
  if (typeof value === "bigint") return clip(`${value}n`);
  if (typeof value === "symbol") return "a symbol";
  if (typeof value === "function") return "a function";
  if (value === null || typeof value !== "object") return String(value);
  try {
    if (Array.isArray(value)) return `an array of length ${value.length}`;
    if (ArrayBuffer.isView(value)) {
      const length = "length" in value ? ` of length ${(value as { length: number }).length}` : "";
      return `a ${Object.prototype.toString.call(value).slice(8, -1)}${length}`;
    }
  } catch {
    return "an object that cannot be inspected";
  }
  return "an object";
}

function clip(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}
