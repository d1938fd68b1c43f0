/** What is used of WebAssembly; the types of the DOM are not a library's to ask for. */
export interface WebAssemblyHost {
  validate(bytes: Uint8Array): boolean;
  compile(bytes: Uint8Array): Promise<object>;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (size: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (
    module: object,
    imports: { env: { memory: object } },
  ) => { readonly exports: Readonly<Record<string, unknown>> };
}

/** The engine's WebAssembly, if it has one. */
export const host: WebAssemblyHost | undefined = (globalThis as { readonly WebAssembly?: WebAssemblyHost }).WebAssembly;

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** A module of one function that adds two vectors: it is valid only where there is SIMD. */
const SIMD_PROBE: Uint8Array = fromBase64("AGFzbQEAAAABBwFgAnt7AXsDAgEACgsBCQAgACAB/fABCw==");

/** Why WebAssembly with SIMD cannot be used here, or undefined when it can. */
export function refusal(): string | undefined {
  if (host === undefined) return "WebAssembly is missing";
  if (!host.validate(SIMD_PROBE)) return "WebAssembly has no SIMD";
  try {
    // A content security policy shows only when something is compiled.
    void new host.Module(SIMD_PROBE);
    return undefined;
  } catch (error) {
    return `WebAssembly is refused: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Bytes from base64; whatever is not a digit is skipped. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const values = new Map(Array.from(DIGITS, (digit, value) => [digit, value]));
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let length = 0;
  let bits = 0;
  let held = 0;
  for (const digit of text) {
    const value = values.get(digit);
    if (value === undefined) continue;
    held = ((held << 6) | value) & 0xffffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[length++] = (held >> bits) & 0xff;
  }
  return bytes.slice(0, length);
}
