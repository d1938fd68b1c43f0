import { FormatError } from "@hml/guard";

/** Parsed JSON; objects are maps, so a key such as `__proto__` is a key like any other. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | ReadonlyMap<string, JsonValue>;

const MAX_DEPTH = 32;

/**
 * Strict JSON (RFC 8259) from a file that is not trusted: nesting is bounded at 32, an object that names a key twice is
 * refused (`JSON.parse` keeps the last), as is half a surrogate pair, which has no UTF-8.
 *
 * @param plainIntegers - also refuse a whole number written with a point or an exponent, as readers of integers do
 * @throws FormatError `header`, or `duplicate`, that starts with `where`
 */
export function parseJson(where: string, text: string, plainIntegers = false): JsonValue {
  let at = 0;

  const fail = (what: string): never => {
    throw new FormatError("header", `${where}: JSON must be well formed; ${what} at character ${at}`);
  };
  const skipSpace = (): void => {
    while (at < text.length && " \t\n\r".includes(text[at]!)) at++;
  };
  /** Takes what a sticky pattern matches here. */
  const take = (pattern: RegExp, what: string): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found === undefined) return fail(`${what} expected`);
    at += found.length;
    return found;
  };
  const takeString = (): string => {
    if (text[at] !== '"') fail("a string expected");
    let end = at + 1;
    while (end < text.length && text[end] !== '"') end += text[end] === "\\" ? 2 : 1;
    try {
      const value: unknown = JSON.parse(text.slice(at, end + 1));
      if (typeof value === "string" && !LONE_SURROGATE.test(value)) {
        at = end + 1;
        return value;
      }
    } catch {
      // Reported below with its place.
    }
    return fail("a string that is not well formed");
  };
  /** Items up to the closing bracket, each read by `item`. */
  const items = (close: string, item: () => void): void => {
    at++;
    skipSpace();
    if (text[at] === close) {
      at++;
      return;
    }
    while (at < text.length) {
      item();
      skipSpace();
      if (text[at] === close) {
        at++;
        return;
      }
      if (text[at] !== ",") fail(`, or ${close} expected`);
      at++;
      skipSpace();
    }
    fail(`${close} expected`);
  };
  const value = (depth: number): JsonValue => {
    if (depth > MAX_DEPTH) fail(`nesting deeper than ${MAX_DEPTH}`);
    skipSpace();
    if (text[at] === "{") {
      const object = new Map<string, JsonValue>();
      items("}", () => {
        const key = takeString();
        if (object.has(key)) {
          throw new FormatError(
            "duplicate",
            `${where}: each key must be given once; one is repeated before character ${at}`,
          );
        }
        skipSpace();
        take(COLON, ":");
        object.set(key, value(depth + 1));
      });
      return object;
    }
    if (text[at] === "[") {
      const array: JsonValue[] = [];
      items("]", () => array.push(value(depth + 1)));
      return array;
    }
    if (text[at] === '"') return takeString();
    const word = take(SCALAR, "a value");
    if (word === "null") return null;
    if (word === "true" || word === "false") return word === "true";
    const number = Number(word);
    if (plainIntegers && Number.isInteger(number) && /[.eE]/.test(word)) fail("a number in plain digits expected");
    return number;
  };

  const whole = value(1);
  skipSpace();
  if (at < text.length) fail("nothing more expected");
  return whole;
}

const SCALAR = /null|true|false|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const COLON = /:/y;
const LONE_SURROGATE = /\p{Surrogate}/u;
