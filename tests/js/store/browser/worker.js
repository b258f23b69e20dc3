/** A worker that does what it is told, one thing after the other. */
import { work } from "./work.js";

addEventListener("message", async ({ data: { id, name, values } }) => {
  try {
    postMessage({ id, value: await work[name](...values) });
  } catch (error) {
    postMessage({ id, error: `${error}\n${error.stack}` });
  }
});
