/** What paths, addresses and open files stand for, in browsers: nothing. */
import { LayerglassError } from "../error.js";

export async function locate(): Promise<never> {
  throw new LayerglassError({
    kind: "unsupported",
    code: "input",
    message: "paths, addresses and open files can be read in Node only",
  });
}
