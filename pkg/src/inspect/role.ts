/** The role of the worker that looks into images. It also holds the trees of comparisons. */
import { inspectModule } from "../inspect-module.js";
import type { JobArchiveHandle } from "../jobs/bindings.js";
import { startJobRole } from "../jobs/worker/role.js";
import type { OpenSpool } from "../jobs/worker/spool.js";
import type { StartRole } from "../worker/serve.js";
import { Trees } from "../worker/trees.js";
import type { ComparisonReport, InspectBindings, InspectorHandle } from "./bindings.js";

/** The role, with the runtime's own way to keep bytes aside. */
export const startInspectRole = (openSpool: OpenSpool): StartRole => {
  const trees = new Trees();
  const inspectors = new Map<JobArchiveHandle, InspectorHandle>();
  const inspectorOf = (wasm: InspectBindings, archive: JobArchiveHandle): InspectorHandle => {
    const known = inspectors.get(archive) ?? new wasm.Inspector(archive);
    inspectors.set(archive, known);
    return known;
  };
  return startJobRole(
    {
      module: inspectModule,
      begin(wasm, { kind, options }, archive, other) {
        const inspector = inspectorOf(wasm, archive);
        return other ? inspector.compare(inspectorOf(wasm, other), options) : inspector.job(kind, options);
      },
      plain: (report) =>
        isComparison(report) ? { data: report.data, tree: trees.add(report.tree) } : report,
      forget(archive) {
        inspectors.get(archive)?.free();
        inspectors.delete(archive);
      },
      handlers: trees.handlers,
    },
    openSpool,
  );
};

/** Only a comparison's report holds a handle, which has methods. */
function isComparison(report: unknown): report is ComparisonReport {
  const { tree } = Object(report) as { readonly tree?: { readonly free?: unknown } };
  return typeof tree?.free === "function";
}
