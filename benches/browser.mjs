/** Measuring in Chromium: a page that is served to this machine alone, and the browser that opens it. */
import { createServer } from "node:http";
import { chromium } from "playwright-core";

const TYPES = { html: "text/html", js: "text/javascript", wasm: "application/wasm" };
export const QUIET = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * What `window.measure` of a page gives for some arguments, and the browser's version. `page` is its HTML; `find` gives
 * what else is served, by path.
 */
export async function measureInChromium(page, find, ...given) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const contents = pathname === "/" ? page : find(pathname);
    if (contents === undefined) return response.writeHead(404).end();
    const type = pathname === "/" ? "html" : pathname.slice(pathname.lastIndexOf(".") + 1);
    response.setHeader("content-type", TYPES[type] ?? "text/plain").end(contents);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await chromium.launch({ executablePath: process.env.CHROME, args: QUIET });
  try {
    const opened = await browser.newPage();
    opened.on("pageerror", (error) => console.error(error));
    await opened.goto(`http://127.0.0.1:${server.address().port}/`);
    await opened.waitForFunction("window.measure");
    const measured = await opened.evaluate((values) => window.measure(...values), given);
    return { measured, version: browser.version() };
  } finally {
    await browser.close();
    server.close();
  }
}
