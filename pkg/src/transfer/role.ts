/** The role of the worker that moves images. */
import { startJobRole } from "../jobs/worker/role.js";
import type { OpenSpool } from "../jobs/worker/spool.js";
import { transferModule } from "../transfer-module.js";
import type { StartRole } from "../worker/serve.js";

/** The role, with the runtime's own way to keep bytes aside. */
export const startTransferRole = (openSpool: OpenSpool): StartRole =>
  startJobRole(
    {
      module: transferModule,
      begin: (wasm, { kind, options }, archive) => wasm.transferJob(archive, kind, options),
      beginAlone: (wasm, images, options) => wasm.saveJob(images, options),
    },
    openSpool,
  );
