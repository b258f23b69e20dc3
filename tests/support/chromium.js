/** The browser that tests are run in. */
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

/** What keeps it from asking the network and from needing a screen. */
const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
];

/** The browser that the environment names, else Debian's, else Playwright's own. */
export function launch() {
  const executablePath =
    [process.env.CHROME, "/usr/bin/chromium"].find((path) => path && existsSync(path)) ??
    chromium.executablePath();
  return chromium.launch({ executablePath, headless: true, args: QUIET });
}
