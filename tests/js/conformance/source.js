/** The transports of containers/image in `reference.json`. */
import { Source } from "layerglass";
import { failed, tried } from "./attempt.js";
import { UNKNOWN_FUNCTION } from "./exclusions.js";

/** How a function's argument starts as a source. */
const TRANSPORTS = {
  "docker.ParseReference": "docker",
  "docker.tagOrDigest": "docker",
  "docker-archive.ParseReference": "docker-archive",
  "docker-daemon.ParseReference": "docker-daemon",
  "oci.ParseOCIReferenceName": "oci:/dir",
  "oci.ParseReference": "oci",
  "oci.SplitPathAndImage": "oci",
};

/** A field under the name that the vectors have for it. */
function field(source, key) {
  const { name } = source;
  switch (key) {
    case "string":
      return name;
    case "ref":
      return name ?? source.image ?? null;
    case "unknown_digest":
      return source.kind === "registryUnknownDigest";
    case "tag_or_digest":
      return name.includes("@") ? name.slice(name.indexOf("@") + 1) : name.slice(name.lastIndexOf(":") + 1);
    case "id":
      return null;
    case "path":
    case "dir":
      return source.path;
    case "image":
      return source.image ?? "";
    case "source_index":
    case "index":
      return source.index ?? -1;
    case "string_within_transport": {
      const text = Source.format(source);
      return text.slice(text.indexOf(":") + 1);
    }
    default:
      throw new Error(`unknown field ${key}`);
  }
}

export function checkSource(vector, report) {
  const { function: name, input } = vector;
  const what = `${name}(${JSON.stringify(input)}) #${vector.id}`;
  if (!Object.hasOwn(TRANSPORTS, name)) return report.exclude(UNKNOWN_FUNCTION);
  const given = typeof input === "string" ? input : input.ref;
  const parsed = tried(() => Source.parse(`${TRANSPORTS[name]}:${given}`));
  if (typeof vector.error === "string") return report.equal(what, true, failed(parsed));
  for (const [key, expected] of Object.entries(vector.expected))
    report.equal(`${what} ${key}`, expected, failed(parsed) ? parsed : field(parsed.value, key));
}
