import "@tensorflow/tfjs-backend-cpu";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";

const FOLDER = "node_modules/@tensorflow/tfjs-backend-wasm/dist/";

/** In Node the backend reads its file by name; in a page the test server gives it from the root of the repository. */
const here = import.meta.url;
setWasmPaths(
  here.startsWith("file:") ? decodeURIComponent(new URL(`../../../${FOLDER}`, here).pathname) : `/${FOLDER}`,
);

/** The backends of TensorFlow.js that run without a graphics card. */
export const BACKENDS: readonly ["cpu", "wasm"] = ["cpu", "wasm"];
