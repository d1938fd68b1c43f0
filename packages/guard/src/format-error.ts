/** What is wrong with a file that was refused. */
export type FormatCode =
  | "magic"
  | "version"
  | "header"
  | "pickle"
  | "dtype"
  | "shape"
  | "offsets"
  | "truncated"
  | "trailing"
  | "too-large"
  | "ratio"
  | "size"
  | "crc"
  | "duplicate"
  | "unsupported"
  | "nonfinite";

/** A file that cannot be read as what it claims to be. Tell cases apart by `code`; nothing was allocated for its data. */
export class FormatError extends Error {
  override readonly name = "FormatError";
  /** What is wrong. */
  readonly code: FormatCode;

  constructor(code: FormatCode, message: string) {
    super(message);
    this.code = code;
  }
}
