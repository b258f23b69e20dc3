import type { LayerStorage } from "../layer-types.js";
import type { Files } from "./files.js";
import { FileLayers } from "./storage.js";

/**
 * Layers in memory: gone when the page or process is. Browsers may keep what is large on disk, because the bytes are in Blobs.
 *
 * @example
 * import { ImageStore } from "layerglass";
 * import { mapBackend } from "layerglass/backends";
 * import { memoryLayers } from "layerglass/transfer";
 * const layers = memoryLayers();
 * const store = await ImageStore.open(mapBackend(), { layers });
 */
export function memoryLayers(): LayerStorage {
  const files = new Map<string, Blob>();
  const memory: Files = {
    async begin() {
      let parts: Blob[] = [];
      return {
        async write(bytes) {
          parts.push(new Blob([bytes as Uint8Array<ArrayBuffer>]));
        },
        async publish(name) {
          files.set(name, new Blob(parts));
        },
        async discard() {
          parts = [];
        },
      };
    },
    open: async (name) => files.get(name),
    async remove(name) {
      files.delete(name);
    },
    names: async () => [...files.keys()],
    sweep: async () => [],
  };
  return new FileLayers(memory);
}
