/** Storages of layers that fail. */

const CALLS = ["get", "release", "find", "open", "delete", "list", "sweep", "prune", "drop"];

/** The same storage, with something done before each write. */
function watched(inner, before) {
  const calls = Object.fromEntries(CALLS.map((call) => [call, (...values) => inner[call](...values)]));
  return {
    ...calls,
    async begin() {
      before();
      const writer = await inner.begin();
      return {
        async write(bytes) {
          before();
          await writer.write(bytes);
        },
        async commit(layer) {
          before();
          await writer.commit(layer);
        },
        abort: () => writer.abort(),
      };
    },
  };
}

/** One that counts its writes. */
export function recording(inner) {
  let calls = 0;
  const layers = watched(inner, () => {
    calls++;
  });
  return { layers, calls: () => calls };
}

/** One whose write of that number fails, because there is no room. */
export function failing(inner, at) {
  let calls = 0;
  return watched(inner, () => {
    if (calls++ === at) throw Object.assign(new Error("no room"), { name: "QuotaExceededError" });
  });
}
