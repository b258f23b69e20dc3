/** What Chromium hands out when a page can be installed: called in answer to a click, it asks the person. */
interface InstallPrompt extends Event {
  prompt(): Promise<unknown>;
}

let offered: InstallPrompt | undefined;
const listeners = new Set<() => void>();

addEventListener("beforeinstallprompt", (event) => {
  // The page has a button of its own; the browser's stays where it is.
  event.preventDefault();
  offered = event as InstallPrompt;
  tell();
});
addEventListener("appinstalled", () => {
  offered = undefined;
  tell();
});

/** Whether the browser offers to install the page. Others have that in a menu, or not at all. */
export function isInstallable(): boolean {
  return offered !== undefined;
}

/** Asks the person whether to install the page. The browser hands out a question for one time only. */
export async function install(): Promise<void> {
  const prompt = offered;
  offered = undefined;
  tell();
  await prompt?.prompt();
}

/** Whether the page would open without a network now. */
export function isOffline(): boolean {
  return "serviceWorker" in navigator && navigator.serviceWorker.controller !== null;
}

/** Calls back whenever one of these changes, until what is returned is called. */
export function watch(changed: () => void): () => void {
  listeners.add(changed);
  navigator.serviceWorker?.addEventListener("controllerchange", changed);
  return () => {
    listeners.delete(changed);
    navigator.serviceWorker?.removeEventListener("controllerchange", changed);
  };
}

function tell(): void {
  for (const changed of listeners) changed();
}
