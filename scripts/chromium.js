import { execFileSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/** Path of the Chromium of this machine, or what CHROMIUM names; undefined when there is none. */
export const chromium = [process.env.CHROMIUM, "chromium", "chromium-browser", "google-chrome"]
  .filter((name) => name !== undefined && name !== "")
  .map(place)
  .find((path) => path !== undefined && works(path));

/** Where a program is found. */
function place(name) {
  const folders = isAbsolute(name) ? [""] : (process.env.PATH ?? "").split(delimiter);
  return folders.map((folder) => join(folder, name)).find(executable);
}

function executable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function works(path) {
  try {
    execFileSync(path, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
