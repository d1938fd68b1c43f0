import { checkOptions, integer, positive } from "@hml/guard";

/** What a file may ask for at most; everything is checked against the bytes present before memory is taken. */
export interface Limits {
  /** Bytes of a file, of one array and of all arrays of an archive together, default 2^30 (1 GiB). */
  readonly bytes: number;
  /** Elements of one array, default 2^27. */
  readonly elements: number;
  /** Entries of an archive, default 1,024. */
  readonly entries: number;
  /** Bytes of an npy header, default 65,536. */
  readonly headerBytes: number;
  /** Expansion of a compressed entry, default 200; applies to entries of 1 MiB and more. */
  readonly ratio: number;
}

/** Options of the readers. */
export interface ReadOptions {
  /** Bounds on what the file may ask for; those left out keep their defaults. */
  readonly limits?: Partial<Limits>;
}

const standard: Limits = Object.freeze({
  bytes: 1073741824,
  elements: 134217728,
  entries: 1024,
  headerBytes: 65536,
  ratio: 200,
});

/** The limits of a reader's options, checked. */
export function limitsOf(where: string, options: ReadOptions): Limits {
  checkOptions(where, options, ["limits"]);
  const given = options.limits ?? {};
  checkOptions(where, given, Object.keys(standard), "limits");
  const whole = (name: "bytes" | "elements" | "entries" | "headerBytes"): number =>
    integer(where, `limits.${name}`, given[name] ?? standard[name], 1);
  return {
    bytes: whole("bytes"),
    elements: whole("elements"),
    entries: whole("entries"),
    headerBytes: whole("headerBytes"),
    ratio: positive(where, "limits.ratio", given.ratio ?? standard.ratio),
  };
}
