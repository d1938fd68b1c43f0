declare const setImmediate: ((callback: () => void) => unknown) | undefined;
declare function setTimeout(callback: () => void, milliseconds: number): unknown;

/** Lets timers, input and drawing run, then goes on; `setImmediate` where there is one, since browsers clamp timers. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
