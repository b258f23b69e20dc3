/** Serves folders to a browser on loopback, with a policy that allows nothing but what the package needs. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
  ".json": "application/json",
};

const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
  // For the pages' empty icons.
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** `folders` maps the first part of an address to a folder; the empty name stands for all other addresses. */
export async function serve(folders) {
  const server = createServer(async (request, response) => {
    try {
      const address = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
      const [, first, ...rest] = address.split("/");
      const path = folders[first] ? join(folders[first], ...rest) : join(folders[""] ?? "/nowhere", address);
      if (!(await stat(path)).isFile()) throw new Error("no such file");
      response.writeHead(200, {
        "content-type": TYPES[extname(path)] ?? "application/octet-stream",
        "content-security-policy": POLICY,
      });
      createReadStream(path).pipe(response);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { address: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
