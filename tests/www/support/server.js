import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
};

/**
 * Serves a folder on loopback, with byte ranges, and nothing but files: the page's own policy must be what protects
 * it. `offers` adds what `cargo xtask inspect` adds: a path for each token, with the JSON that describes a file or
 * folder; `hold` keeps back what is longer than `holdFrom` bytes. Every request is noted.
 * @param {string} root
 * @param {Map<string, { json: unknown } | { file: string, hold?: Promise<void>, holdFrom?: number }>} [offers]
 */
export async function serve(root, offers = new Map()) {
  /** @type {{ path: string, range: string | undefined, bytes: number }[]} */
  const requests = [];
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    const noted = { path, range: request.headers.range, bytes: 0 };
    requests.push(noted);
    const offer = offers.get(path);
    if (offer && "json" in offer) {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(offer.json));
      return;
    }
    const file = offer ? offer.file : join(root, normalize(path === "/" ? "/index.html" : path));
    const size = await stat(file).then(
      (found) => (found.isFile() ? found.size : undefined),
      () => undefined,
    );
    if (size === undefined || (!offer && !file.startsWith(root))) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader("content-type", TYPES[extname(file)] ?? "application/octet-stream");
    response.setHeader("accept-ranges", "bytes");
    const range = /^bytes=(\d+)-(\d*)$/.exec(noted.range ?? "");
    const start = range ? Number(range[1]) : 0;
    const end = range && range[2] !== "" ? Math.min(Number(range[2]), size - 1) : size - 1;
    noted.bytes = Math.max(0, end - start + 1);
    if (offer?.hold && noted.bytes >= (offer.holdFrom ?? 0)) await offer.hold;
    response.setHeader("content-length", noted.bytes);
    if (range) response.setHeader("content-range", `bytes ${start}-${end}/${size}`);
    response.writeHead(range ? 206 : 200);
    if (noted.bytes === 0) response.end();
    else createReadStream(file, { start, end }).pipe(response);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", () => listening(undefined)));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    origin: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections();
        server.close(() => closed(undefined));
      }),
  };
}
