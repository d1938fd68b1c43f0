/** A counter on the terminal. */
export interface Progress {
  /** `done` of the total is finished; `note` says how it goes ("loss 3.1e-6"). */
  update(done: number, note?: string): void;
  /** Ends the line, with the time taken. */
  finish(note?: string): void;
}

/** Where the lines go; a terminal gets one line that is rewritten, anything else a line now and then. */
export interface Sink {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** Between two drawings: long enough not to slow the work, short enough to look alive. */
const TERMINAL_MS = 100;
const LOG_MS = 10_000;
const BAR = 20;

/** Starts a counter towards `total` on the error stream, so that results on the output stream stay clean. */
export function progress(label: string, total: number, sink: Sink = process.stderr): Progress {
  const started = performance.now();
  const live = sink.isTTY === true;
  let drawn = started - (live ? TERMINAL_MS : 0);
  const elapsed = (): number => (performance.now() - started) / 1000;
  return {
    update(done, note = "") {
      const now = performance.now();
      if (now - drawn < (live ? TERMINAL_MS : LOG_MS)) return;
      drawn = now;
      const fraction = Math.min(1, Math.max(0, done / total));
      const percent = `${Math.floor(100 * fraction)} %`.padStart(5);
      const left = fraction > 0.02 ? `, ${duration((elapsed() * (1 - fraction)) / fraction)} left` : "";
      const tail = note === "" ? "" : `  ${note}`;
      if (!live) {
        sink.write(`${label} ${percent}  ${duration(elapsed())}${left}${tail}\n`);
        return;
      }
      const full = Math.round(BAR * fraction);
      const line = `${label} ${"█".repeat(full)}${"░".repeat(BAR - full)} ${percent}${left}${tail}`;
      sink.write(`\r${line.slice(0, (sink.columns ?? 80) - 1)}\u001b[K`);
    },
    finish(note = "") {
      sink.write(
        `${live ? "\r" : ""}${label}: ${duration(elapsed())}${note === "" ? "" : `, ${note}`}${live ? "\u001b[K" : ""}\n`,
      );
    },
  };
}

/** `0.4 s`, `12 s`, `3 min 05 s`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 99.5) return `${seconds.toFixed(0)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}
