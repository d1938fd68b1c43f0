// Compiles assembly/<family>.ts and writes the bytes as base64 to src/wasm/<family>.ts. With --check it writes nothing, and
// fails when what is there is not what the sources compile to.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import asc from "assemblyscript/asc";

const FAMILIES = [
  "banded",
  "circulant",
  "conv",
  "dense",
  "elementwise",
  "fft",
  "optimiser",
  "pool",
  "recurrent",
  "stencil",
  "tridiagonal",
];
/** Nothing but a memory from outside, no collector, no bytes of its own in that memory. */
const OPTIONS = "-O3 --converge --noAssert --use abort= --runtime stub --importMemory --enable simd".split(" ");
const check = process.argv.includes("--check");
const here = new URL("../", import.meta.url);

async function compile(family) {
  let bytes;
  const { error, stderr } = await asc.main([`assembly/${family}.ts`, "-o", "out.wasm", ...OPTIONS], {
    readFile: (name) => {
      const place = new URL(name, here);
      // A decorator before a function is AssemblyScript's alone; written as a comment, other tools can read the sources.
      return existsSync(place) ? readFileSync(place, "utf8").replaceAll(/^\/\/ @inline$/gm, "@inline") : null;
    },
    writeFile: (name, contents) => {
      if (name.endsWith(".wasm")) bytes = contents;
    },
    listFiles: () => [],
  });
  if (error) throw new Error(`${family}: ${stderr.toString()}`, { cause: error });
  if (!WebAssembly.validate(bytes)) throw new Error(`${family}: the module is not valid`);
  const foreign = WebAssembly.Module.imports(new WebAssembly.Module(bytes)).filter(({ kind }) => kind !== "memory");
  if (foreign.length > 0) throw new Error(`${family} imports ${foreign.map(({ name }) => name).join(", ")}`);
  return bytes;
}

for (const family of FAMILIES) {
  const bytes = await compile(family);
  const lines = Buffer.from(bytes)
    .toString("base64")
    .match(/.{1,120}/g)
    .join("\n");
  const text = `/** assembly/${family}.ts, compiled: ${bytes.length} bytes. Written by scripts/compile.js. */
export const ${family.toUpperCase()}_WASM: string = \`
${lines}
\`;
`;
  const place = new URL(`src/wasm/${family}.ts`, here);
  if (!check) writeFileSync(place, text);
  else if (!existsSync(place) || readFileSync(place, "utf8") !== text) {
    process.stderr.write(
      `${family}: src/wasm/${family}.ts is not what the sources compile to; npm run -w packages/kernels wasm\n`,
    );
    process.exitCode = 1;
  }
  process.stdout.write(`${family} ${bytes.length} bytes\n`);
}
