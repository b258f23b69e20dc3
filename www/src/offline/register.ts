/** How long the page is left alone before its files are fetched a second time, in milliseconds. */
const PATIENCE = 3000;

/**
 * Lets the page be opened without a network from now on: its own files are kept by the service worker. That waits until the page
 * has nothing to do. Where the address is neither `https:` nor this machine's own, or the browser does not want it, the page works
 * as it would without.
 */
export function workOffline(): void {
  const { serviceWorker } = navigator as { serviceWorker?: ServiceWorkerContainer };
  if (!isSecureContext || !serviceWorker) return;
  const begin = (): void => {
    serviceWorker.register(new URL("sw.js", document.baseURI)).catch(() => {});
  };
  const wait = (): void => {
    setTimeout(() => {
      if ("requestIdleCallback" in globalThis) requestIdleCallback(begin);
      else begin();
    }, PATIENCE);
  };
  if (document.readyState === "complete") wait();
  else addEventListener("load", wait, { once: true });
}
