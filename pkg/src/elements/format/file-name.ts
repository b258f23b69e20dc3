/** Longest name of a saved file, in characters: file systems hold 255 bytes. */
const MOST = 80;

/**
 * A name for a file that is saved, made of words from the image: without what leads to other folders, what no system takes in a
 * name, and what cannot be seen.
 */
export function fileName(words: string, ending = ""): string {
  const safe = words
    .replace(/[^\p{L}\p{N}._@+-]+/gu, "-")
    .replace(/^[.-]+|[.-]+$/g, "")
    .slice(0, MOST);
  return `${safe || "unnamed"}${ending}`;
}

/** The name of an image file without its endings: `redis` of `redis.oci.tar.gz`. */
export function stem(name: string): string {
  return name.replace(/(\.(oci|docker|tar|tgz|gz|zst|bz2|xz))+$/i, "");
}
