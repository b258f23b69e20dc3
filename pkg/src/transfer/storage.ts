import { LayerglassError } from "../error.js";
import type { LayerStorage } from "../layer-types.js";
import type { ImageStore } from "../store/image-store.js";
import type { FreedLayer } from "../store-types.js";

const CALLS = ["get", "release", "drop", "find", "open", "begin", "sweep", "prune"] as const;

/** The storage that a store was opened with. */
export function storageOf(store: ImageStore): LayerStorage {
  const { layers } = store;
  if (CALLS.every((call) => typeof Object(layers)[call] === "function")) return layers as LayerStorage;
  const message = "the store was opened without a storage of layers: give it one as `layers`";
  throw new LayerglassError({ kind: "invalid", code: "no-layers", message });
}

/**
 * Frees the layers that no image of a store refers to, such as those that a closed tab had loaded, and says which. The storage
 * must be the store's alone, or of stores that are open here.
 *
 * @example
 * for (const { chainId, ownSize } of await collectLayers(store)) console.log(chainId, ownSize);
 */
export async function collectLayers(store: ImageStore): Promise<FreedLayer[]> {
  const layers = storageOf(store);
  const release = await layers.lock?.();
  try {
    // Images that others have added meanwhile.
    await store.reload();
    await layers.sweep();
    return await layers.prune();
  } finally {
    await release?.();
  }
}
