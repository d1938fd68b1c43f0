import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { deserialize, serialize } from "node:v8";

/** Finished parts of a study, kept in files, so that a study that was killed goes on where it was. */
export interface Parts {
  /** Where the files lie. */
  readonly folder: string;
  /**
   * What was kept under this name for these settings, or else what `compute` gives, kept from then on. A value is plain data
   * and typed arrays; settings are plain data that JSON can write, and all that the value depends on besides the program: other
   * settings are another part. `unfinished` is a file that `compute` may keep its own intermediate state in, such as the
   * checkpoint of a training; it is removed when the part is finished.
   */
  get<Value>(name: string, settings: unknown, compute: (unfinished: string) => Value | Promise<Value>): Promise<Value>;
}

/** What stands in the file of a part. */
interface Kept {
  readonly name: string;
  readonly settings: string;
  readonly value: unknown;
}

const DIGEST = 32;

/** Parts in `<out>/parts`; with `fresh` those that are there are computed again. */
export function studyParts({ out, fresh = false }: { readonly out: string; readonly fresh?: boolean }): Parts {
  const folder = path.join(out, "parts");
  if (fresh) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // What a killed program was about to write.
  for (const file of readdirSync(folder)) if (file.endsWith(".draft")) rmSync(path.join(folder, file), { force: true });
  return {
    folder,
    async get<Value>(
      name: string,
      settings: unknown,
      compute: (unfinished: string) => Value | Promise<Value>,
    ): Promise<Value> {
      if (!/^[a-z0-9][a-z0-9-]*$/.test(name)) throw new RangeError(`parts: name must be like-this-1, got ${name}`);
      const text = JSON.stringify(settings) ?? "";
      const stem = path.join(folder, `${name}-${sha256(Buffer.from(text)).toString("hex").slice(0, 12)}`);
      const kept = readPart(`${stem}.part`);
      // The name of the file holds a part of the digest only, so the settings themselves decide.
      if (kept !== undefined && kept.name === name && kept.settings === text) return kept.value as Value;
      const value = await compute(`${stem}.unfinished`);
      writeSealed(`${stem}.part`, serialize({ name, settings: text, value } satisfies Kept));
      rmSync(`${stem}.unfinished`, { force: true });
      return value;
    },
  };
}

/**
 * Writes bytes and their SHA-256 so that the file is there whole or not at all, whenever the program is killed: into another
 * file first, which is then renamed.
 */
export function writeSealed(file: string, bytes: Uint8Array): void {
  const draft = `${file}.${process.pid}.draft`;
  const handle = openSync(draft, "w");
  try {
    writeAll(handle, sha256(bytes));
    writeAll(handle, bytes);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(draft, file);
}

/** The bytes of a file of `writeSealed`; nothing when there is none, or when it is damaged, which is reported. */
export function readSealed(file: string): Uint8Array | undefined {
  if (!existsSync(file)) return undefined;
  const whole = readFileSync(file);
  const bytes = whole.subarray(DIGEST);
  if (whole.length >= DIGEST && sha256(bytes).equals(whole.subarray(0, DIGEST))) return bytes;
  process.stderr.write(`${file} is damaged, and made again\n`);
  return undefined;
}

function readPart(file: string): Kept | undefined {
  const bytes = readSealed(file);
  return bytes === undefined ? undefined : (deserialize(bytes) as Kept);
}

function writeAll(handle: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}
