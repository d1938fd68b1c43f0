import { integer } from "@hml/guard";

/** Values a frame of a movie `[frame, ...state]` of `length` values; `frames` must divide the length. */
export function frameSize(where: string, length: number, frames: number): number {
  integer(where, "frames", frames, 1, length);
  const size = length / frames;
  if (!Number.isInteger(size)) {
    throw new RangeError(
      `${where}: frames must divide the length of the movies, got ${frames} frames of ${length} values`,
    );
  }
  return size;
}
