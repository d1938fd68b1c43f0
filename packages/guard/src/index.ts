export { type FormatCode, FormatError } from "./format-error.ts";
export { finite, integer, nonNegative, oneOf, positive } from "./numbers.ts";
export { callable, checkOptions } from "./options.ts";
export { show } from "./show.ts";
export { copyFinite, finiteVector, float64, lengthOf } from "./vectors.ts";
