/** What tests call on a page: its own work, and that of workers. */
import { work } from "./work.js";

function startWorker() {
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  const waiting = new Map();
  let last = 0;
  worker.onmessage = ({ data: { id, value, error } }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) resolve(value);
    else reject(new Error(error));
  };
  const call = (name, ...values) =>
    new Promise((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      worker.postMessage({ id: last, name, values });
    });
  return { call, end: () => worker.terminate() };
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

globalThis.tests = {
  work,

  async inWorker(name, ...values) {
    const worker = startWorker();
    try {
      await worker.call("init");
      return await worker.call(name, ...values);
    } finally {
      worker.end();
    }
  },

  /**
   * One operation in a worker that is ended at random points, many times over. Afterwards everything is as before the
   * operation or as after it: how often each, and what was otherwise.
   */
  async terminated(kind, operation, trials) {
    const name = `terminated-${operation}`;
    const before = JSON.stringify(await work.prepare(kind, name));
    const started = performance.now();
    await tests.inWorkerOn(kind, name, operation);
    const { records } = await work.after(kind, name);
    const done = JSON.stringify(records);
    const found = { before: 0, after: 0, recovered: 0, swept: 0, wrong: [] };
    if (before === done) found.wrong.push("the operation changes nothing");
    let longest = Math.min(200, performance.now() - started);
    for (let trial = 0; trial < trials; trial++) {
      await work.prepare(kind, name);
      const worker = startWorker();
      await worker.call("init");
      await worker.call("open", kind, name);
      const begun = performance.now();
      const operating = worker.call("operate", operation).then(() => {
        longest = Math.min(longest, performance.now() - begun);
      });
      // A pause of 0 and one longer than the operation both occur.
      await pause((longest * 1.2 * trial) / trials);
      worker.end();
      void operating;
      const { report, records } = await work.after(kind, name);
      const text = JSON.stringify(records);
      if (report.recovered) found.recovered++;
      if (report.swept.length > 0) found.swept++;
      if (report.problems.length > 0) found.wrong.push(JSON.stringify(report.problems));
      if (text === before) found.before++;
      else if (text === done) found.after++;
      else found.wrong.push(text);
    }
    return found;
  },

  async inWorkerOn(kind, name, operation) {
    const worker = startWorker();
    await worker.call("init");
    await worker.call("open", kind, name);
    await worker.call("operate", operation);
    worker.end();
  },
};

work.init().then(() => {
  globalThis.ready = true;
});
