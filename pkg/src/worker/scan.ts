/** Operations of a scan worker: one pass over one layer. */
import type { ScanOperations } from "../archive/protocol.js";
import type { ArchiveBindings } from "../bindings.js";
import type { Handlers, Workshop } from "./serve.js";

export function scanHandlers({
  wasm,
  openSource,
  memory,
}: Workshop<ArchiveBindings>): Handlers<ScanOperations> {
  return {
    async scan({ range, limits, contents }, task) {
      const source = await openSource(range.source, limits);
      const scanner = new wasm.LayerScanner({ contents, ...(limits && { limits }) });
      try {
        let done = 0;
        for await (const chunk of source.chunks(range.file, range.offset, range.length)) {
          task.check();
          scanner.push(chunk);
          done += chunk.length;
          task.progress(done, range.length);
        }
        task.check();
        const bytes = scanner.finish();
        return { value: bytes, transfer: [bytes.buffer as ArrayBuffer] };
      } finally {
        scanner.free();
        await source.close();
      }
    },

    async memory() {
      return { value: memory() };
    },
  };
}
