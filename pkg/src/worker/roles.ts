/** The roles of the workers of archives. */
import { archiveModule } from "../archive-module.js";
import type { ArchiveBindings } from "../bindings.js";
import { matchHandlers } from "./match.js";
import { scanHandlers } from "./scan.js";
import type { StartRole, Workshop } from "./serve.js";
import { sessionHandlers } from "./session.js";

export const startArchiveRole: StartRole = ({ start, module }, openSource) => {
  if (start === "match") return { handlers: matchHandlers, memory: () => 0 };
  const started = archiveModule.initSync({ module });
  const memory = () => started.memory.buffer.byteLength;
  const workshop: Workshop<ArchiveBindings> = { wasm: archiveModule.bindings, openSource, memory };
  return { handlers: start === "session" ? sessionHandlers(workshop) : scanHandlers(workshop), memory };
};
