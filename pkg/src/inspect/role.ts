/** The role of the worker that looks into images. */
import { inspectModule } from "../inspect-module.js";
import type { JobArchiveHandle } from "../jobs/bindings.js";
import { startJobRole } from "../jobs/worker/role.js";
import type { OpenSpool } from "../jobs/worker/spool.js";
import type { StartRole } from "../worker/serve.js";
import type { InspectBindings, InspectorHandle } from "./bindings.js";

/** The role, with the runtime's own way to keep bytes aside. */
export const startInspectRole = (openSpool: OpenSpool): StartRole => {
  const inspectors = new Map<JobArchiveHandle, InspectorHandle>();
  const inspectorOf = (wasm: InspectBindings, archive: JobArchiveHandle): InspectorHandle => {
    const known = inspectors.get(archive) ?? new wasm.Inspector(archive);
    inspectors.set(archive, known);
    return known;
  };
  return startJobRole(
    {
      module: inspectModule,
      begin: (wasm, archive, { kind, options }) => inspectorOf(wasm, archive).job(kind, options),
    },
    openSpool,
  );
};
