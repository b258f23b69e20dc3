import type { Subject } from "../model/open.ts";

/** What `cargo xtask inspect` answers for a token: one file, or the files of a folder, each with its address. */
type Offer =
  | { readonly kind: "file"; readonly name: string; readonly size: number; readonly url: string }
  | { readonly kind: "folder"; readonly name: string; readonly files: readonly OfferedFile[] };

interface OfferedFile {
  readonly path: string;
  readonly size: number;
  readonly url: string;
}

/** The server's answer was not what was asked for. */
export class NotServed extends Error {}

/** The sample that comes with the page. */
export async function sample(): Promise<Subject> {
  const response = await fetch(new URL("sample.tar", document.baseURI));
  if (!response.ok)
    throw new NotServed(`the sample could not be fetched: the server answered ${response.status}`);
  const blob = await response.blob();
  return { name: "sample.tar", form: "file", size: blob.size, input: blob };
}

/** What the page's own address asks to open: the sample, or what the server that sent the page offers. */
export async function requested(open: string, name: string | null): Promise<Subject> {
  if (open === "sample") return sample();
  const address = sameOrigin(open, location.href);
  const response = await fetch(address, { headers: { accept: "application/json" } });
  if (!response.ok)
    throw new NotServed(`the server does not offer this file (any more): it answered ${response.status}`);
  const offer = readOffer(await response.json());
  if (offer.kind === "file") {
    const url = sameOrigin(offer.url, address).href;
    return {
      name: name ?? offer.name,
      form: "file",
      size: offer.size,
      input: { url, size: offer.size },
    };
  }
  const files = offer.files.map(
    ({ path, size, url }) => [path, { url: sameOrigin(url, address).href, size }] as const,
  );
  const size = offer.files.reduce((sum, file) => sum + file.size, 0);
  return { name: name ?? offer.name, form: "folder", size, input: files };
}

/** An address on the server that sent the page: a link must not make the page open something from elsewhere. */
function sameOrigin(address: string, base: string | URL): URL {
  const url = new URL(address, base);
  if (url.origin !== location.origin)
    throw new NotServed("only files from the page’s own server can be opened by an address");
  return url;
}

function readOffer(value: unknown): Offer {
  const offer = value as Partial<{
    kind: unknown;
    name: unknown;
    size: unknown;
    url: unknown;
    files: unknown;
  }> | null;
  if (offer && typeof offer.name === "string") {
    if (offer.kind === "file" && typeof offer.url === "string" && typeof offer.size === "number") {
      return { kind: "file", name: offer.name, size: offer.size, url: offer.url };
    }
    if (offer.kind === "folder" && Array.isArray(offer.files) && offer.files.every(isOfferedFile)) {
      return { kind: "folder", name: offer.name, files: offer.files };
    }
  }
  throw new NotServed("the server’s answer is not a description of a file or folder");
}

function isOfferedFile(value: unknown): value is OfferedFile {
  const file = value as Partial<Record<keyof OfferedFile, unknown>> | null;
  return (
    file !== null &&
    typeof file.path === "string" &&
    typeof file.size === "number" &&
    typeof file.url === "string"
  );
}
