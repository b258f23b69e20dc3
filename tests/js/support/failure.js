import assert from "node:assert/strict";
import { LayerglassError } from "layerglass";

/** What `work` throws, which must be a typed error that survives JSON. */
export function failure(work) {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof LayerglassError, `${error}`);
    const data = error.toJSON();
    assert.deepEqual(structuredClone(data), data);
    assert.deepEqual(LayerglassError.from(JSON.parse(JSON.stringify(data))).toJSON(), data);
    return error;
  }
  return assert.fail("nothing was thrown");
}

export const utf8 = (text) => new TextEncoder().encode(text);
