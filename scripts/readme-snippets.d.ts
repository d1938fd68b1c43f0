/** One ```ts block of a README. */
export interface ReadmeSnippet {
  /** A file name for it, such as `patch-1.ts`. */
  readonly file: string;
  /** The README it stands in, from the repository's root. */
  readonly readme: string;
  readonly code: string;
  /** False where the block is marked `no-run`. */
  readonly runs: boolean;
}

export declare function readmeSnippets(): ReadmeSnippet[];
