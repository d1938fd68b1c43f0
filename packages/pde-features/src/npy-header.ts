import { FormatError, show } from "@hml/guard";

/** The three facts of an npy header. */
export interface NpyHeader {
  /** NumPy's type string, such as "<f8". */
  readonly descr: string;
  /** Whether the first axis runs fastest. */
  readonly fortran: boolean;
  /** Extents, possibly none (one number). */
  readonly shape: readonly number[];
}

/** NumPy 2 allows 64 axes. */
const MOST_AXES = 64;

/**
 * Reads the Python dict literal of an npy header: exactly the keys 'descr', 'fortran_order' and 'shape', once each.
 *
 * A small parser of that one grammar: nothing is evaluated, no escapes are known, every step consumes at least one
 * character. Throws a FormatError: "pickle" for object arrays, "dtype" for structured ones, "shape" or "too-large" for
 * extents that are not sizes, "header" for anything else.
 */
export function parseNpyHeader(text: string): NpyHeader {
  let at = 0;
  const fail = (expected: string): never => {
    throw new FormatError(
      "header",
      `npy: header must have ${expected} at character ${at}, got ${show(text.slice(at, at + 20))}`,
    );
  };
  const blank = (): void => {
    while (at < text.length && " \n\t\r".includes(text[at]!)) at++;
  };
  const accept = (token: string): boolean => {
    blank();
    if (!text.startsWith(token, at)) return false;
    at += token.length;
    return true;
  };
  const expect = (token: string): void => {
    if (!accept(token)) fail(show(token));
  };
  const quoted = (): string => {
    const quote = accept("'") ? "'" : accept('"') ? '"' : fail("a quoted string");
    const end = text.indexOf(quote, at);
    const value = end < 0 ? fail("a closing quote") : text.slice(at, end);
    if (value.includes("\\") || value.includes("\n")) fail("a string without escapes");
    at = end + 1;
    return value;
  };
  const extent = (): number => {
    blank();
    const digits = /^\d+/.exec(text.slice(at, at + 400))?.[0] ?? fail("a whole number");
    if (digits.length > 1 && digits.startsWith("0")) fail("a number without leading zeros");
    at += digits.length;
    if (text[at] === "L") at++; // Python 2 wrote long integers so
    const value = Number(digits);
    if (!Number.isSafeInteger(value)) {
      throw new FormatError("too-large", `npy: shape must hold sizes below 2^53, got ${show(digits)}`);
    }
    return value;
  };
  const tuple = (): number[] => {
    expect("(");
    const values: number[] = [];
    while (!accept(")")) {
      if (values.length === MOST_AXES) throw new FormatError("shape", `npy: shape must have at most ${MOST_AXES} axes`);
      values.push(extent());
      const comma = accept(",");
      if (!comma && values.length === 1) fail('"," after the only extent');
      if (!comma && !accept(")")) fail('"," or ")"');
      if (!comma) break;
    }
    return values;
  };

  let descr: string | undefined;
  let fortran: boolean | undefined;
  let shape: readonly number[] | undefined;
  expect("{");
  while (!accept("}")) {
    const key = quoted();
    expect(":");
    blank();
    if (key === "descr" && descr === undefined) {
      if (text[at] === "[" || text[at] === "(") {
        throw new FormatError("dtype", "npy: descr must be one plain type, got a structured one");
      }
      descr = quoted();
    } else if (key === "fortran_order" && fortran === undefined) {
      fortran = accept("True") ? true : accept("False") ? false : fail("True or False");
    } else if (key === "shape" && shape === undefined) {
      if (text[at] !== "(") throw new FormatError("shape", "npy: shape must be a tuple of sizes");
      shape = tuple();
    } else {
      throw new FormatError(
        "header",
        `npy: header must have the keys descr, fortran_order and shape once, got ${show(key)}`,
      );
    }
    if (!accept(",")) {
      expect("}");
      break;
    }
  }
  blank();
  if (at < text.length) fail("nothing more");
  if (descr === undefined || fortran === undefined || shape === undefined) {
    throw new FormatError("header", "npy: header must have the keys descr, fortran_order and shape, got fewer");
  }
  return { descr, fortran, shape };
}
