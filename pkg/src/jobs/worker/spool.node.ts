/** Bytes that are kept aside in a file of the system's folder for such. */
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type OpenSpool, sourceOf } from "./spool.js";

export const openFileSpool: OpenSpool = async () => {
  const folder = await mkdtemp(join(tmpdir(), "layerglass-spool-"));
  const path = join(folder, "bytes");
  const file = await open(path, "wx+", 0o600).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  // The name goes at once, so that nothing is left however the process ends. Where that is refused it goes at the end.
  await rm(folder, { recursive: true, force: true }).catch(() => {});
  let size = 0;
  return {
    async write(bytes) {
      for (let at = 0; at < bytes.length; ) {
        const { bytesWritten } = await file.write(bytes, at, bytes.length - at, size);
        at += bytesWritten;
        size += bytesWritten;
      }
    },
    source: () =>
      sourceOf(size, async (offset, length) => {
        const bytes = new Uint8Array(length);
        let done = 0;
        for (let got = -1; got !== 0 && done < length; done += got)
          got = (await file.read(bytes, done, length - done, offset + done)).bytesRead;
        return bytes.subarray(0, done);
      }),
    async close() {
      await file.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
