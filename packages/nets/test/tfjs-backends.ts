import "@tensorflow/tfjs-backend-cpu";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";

// A path and no URL: the backend reads its file by name in Node, and by address from the same server in a page.
setWasmPaths(
  decodeURIComponent(new URL("../../../node_modules/@tensorflow/tfjs-backend-wasm/dist/", import.meta.url).pathname),
);

/** The backends of TensorFlow.js that run without a graphics card. */
export const BACKENDS: readonly ["cpu", "wasm"] = ["cpu", "wasm"];
