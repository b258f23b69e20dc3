/**
 * The service worker: it keeps the page's own files, all of one build, and answers with them when there is no network. Nothing
 * else is kept: images that the page opens never come here. It needs `https:` or this machine's own address.
 */

interface Waiting extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface Asked extends Waiting {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

interface Worker {
  readonly registration: { readonly scope: string };
  readonly clients: { claim(): Promise<void> };
  addEventListener(type: "install" | "activate", listener: (event: Waiting) => void): void;
  addEventListener(type: "fetch", listener: (event: Asked) => void): void;
}

/** What the build puts in here: a digest of all files, and each file's address with the hash that it must have. */
interface Files {
  readonly version: string;
  /** Relative to the page. The empty address is the page itself. */
  readonly files: readonly (readonly [path: string, integrity: string])[];
}

const worker = self as unknown as Worker;
const { version, files } = JSON.parse("%FILES%") as Files;
const PREFIX = "layerglass-page-";
const NAME = PREFIX + version;
/** Files that are fetched at once. */
const AT_ONCE = 4;
/** How long the network may take for the page before the kept one is shown, in milliseconds. */
const PATIENCE = 4000;

const page = worker.registration.scope;
const kept = new Map(files.map(([path, integrity]) => [new URL(path, page).href, integrity]));

worker.addEventListener("install", (event) => event.waitUntil(fill()));
worker.addEventListener("activate", (event) => event.waitUntil(takeOver()));
worker.addEventListener("fetch", (event) => {
  const address = wanted(event.request);
  if (address === page) event.respondWith(freshPage(event.request));
  else if (address !== undefined) event.respondWith(keptFile(address, event.request));
});

/** Fetches all files, each as it must be, or keeps none. */
async function fill(): Promise<void> {
  const cache = await caches.open(NAME);
  const waiting = [...kept];
  const next = async (): Promise<void> => {
    for (let file = waiting.pop(); file; file = waiting.pop()) {
      const [address, integrity] = file;
      // What has its hash in its name was perhaps kept for an earlier build already.
      const known = address.includes("/assets/") ? await caches.match(address) : undefined;
      const response =
        known ?? (await fetch(address, { integrity, cache: "no-cache", credentials: "same-origin" }));
      if (!response.ok || response.redirected) throw new Error(`${address} answers ${response.status}`);
      await cache.put(address, response);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, next));
  } catch (thrown) {
    await caches.delete(NAME);
    throw thrown;
  }
}

/** No tab shows an earlier build any more: its files go. */
async function takeOver(): Promise<void> {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== NAME);
  await Promise.all(names.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/** The address of one of the page's files that a request wants. All others go their way. */
function wanted({ method, mode, url, headers }: Request): string | undefined {
  if (method !== "GET" || headers.has("range")) return undefined;
  const address = new URL(url);
  address.hash = "";
  // The page's own address may carry what it is to open.
  if (mode === "navigate") {
    address.search = "";
    if (address.href === `${page}index.html`) return page;
  }
  return kept.has(address.href) ? address.href : undefined;
}

/** The page as the server has it now, so that a new build is seen at once; without a network the kept one. */
async function freshPage(request: Request): Promise<Response> {
  const found = await (await caches.open(NAME)).match(page);
  if (!found) return fetch(request);
  const late = new Promise<Response>((resolve) => setTimeout(() => resolve(found), PATIENCE));
  return Promise.race([fetch(request).catch(() => found), late]);
}

async function keptFile(address: string, request: Request): Promise<Response> {
  return (await (await caches.open(NAME)).match(address)) ?? fetch(request);
}
