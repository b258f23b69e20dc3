/** One face for the workers of browsers and of Node. */
import { LayerglassError } from "../error.js";
import type { WorkerLike } from "./options.js";
import type { FromWorker, ToWorker } from "./protocol.js";

/** What a worker reports. */
export interface PortEvents {
  message(message: FromWorker): void;
  /** The worker is gone or of no more use. */
  died(error: LayerglassError): void;
}

/** A running worker. */
export interface Port {
  post(message: ToWorker, transfer?: Transferable[]): void;
  terminate(): void;
  /** Keeps the process alive while there is work, and only then. Without effect in browsers. */
  keepAlive(busy: boolean): void;
}

/** The error of a worker that ended by itself. */
export function workerDied(
  reason: string,
  code: "worker-died" | "out-of-memory" = "worker-died",
): LayerglassError {
  const kind = code === "out-of-memory" ? "limit" : "io";
  return new LayerglassError({ kind, code, message: `a worker ended: ${reason}` });
}

/** Connects to a worker of either kind. */
export function connect(worker: WorkerLike, events: PortEvents): Port {
  if (typeof worker.addEventListener === "function") listenAsBrowser(worker as BrowserWorker, events);
  else if (typeof worker.on === "function") listenAsNode(worker as NodeWorker, events);
  else
    throw new LayerglassError({
      kind: "invalid",
      code: "worker",
      message: "`createWorker` gave something that is not a worker",
    });
  return {
    post: (message, transfer = []) => worker.postMessage(message, transfer as never[]),
    terminate: () => void worker.terminate(),
    keepAlive: (busy) => (busy ? worker.ref?.() : worker.unref?.()),
  };
}

interface BrowserWorker extends WorkerLike {
  addEventListener(
    type: "message" | "error" | "messageerror",
    listener: (event: MessageEvent & ErrorEvent) => void,
  ): void;
}

function listenAsBrowser(worker: BrowserWorker, events: PortEvents): void {
  worker.addEventListener("message", (event) => events.message(event.data as FromWorker));
  worker.addEventListener("messageerror", () => events.died(workerDied("a message could not be read")));
  worker.addEventListener("error", (event) => {
    event.preventDefault?.();
    events.died(workerDied(event.message || "its script could not be loaded"));
  });
}

interface NodeWorker extends WorkerLike {
  on(type: string, listener: (value: unknown) => void): unknown;
}

function listenAsNode(worker: NodeWorker, events: PortEvents): void {
  worker.on("message", (message) => events.message(message as FromWorker));
  worker.on("messageerror", () => events.died(workerDied("a message could not be read")));
  worker.on("error", (error) => {
    const memory = (error as { code?: unknown })?.code === "ERR_WORKER_OUT_OF_MEMORY";
    events.died(
      workerDied(
        error instanceof Error ? error.message : String(error),
        memory ? "out-of-memory" : "worker-died",
      ),
    );
  });
  worker.on("exit", (code) => events.died(workerDied(`it exited with code ${String(code)}`)));
}
