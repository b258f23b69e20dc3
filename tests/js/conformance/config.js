/** `config.json` and `seeds/moby-image-json*.json`. */
import { Digest, ImageConfig } from "layerglass";
import { failed, tried, utf8 } from "./attempt.js";
import * as exclusions from "./exclusions.js";

const text = (bytes) => Buffer.from(bytes).toString();

export function configs(file, report) {
  report.each(JSON.parse(file).vectors, (vector) => {
    const { raw } = vector;
    const error = vector.go_decode?.moby?.error;
    const what = `#${vector.id} ${vector.reason}: ${raw.slice(0, 200)}`;
    const parsed = tried(() => ImageConfig.parse(utf8(raw)));
    const reason = exclusions.config(error ?? "", parsed.error);
    if (reason !== undefined) return report.exclude(reason);
    report.equal(`${what} (${error}) ${parsed.error}`, typeof error !== "string", !failed(parsed));
    if (failed(parsed)) return;
    const config = parsed.value;
    report.equal(what, vector.sha256, config.id);
    report.equal(what, Buffer.from(raw), Buffer.from(config.raw));
    for (const rules of ["docker2020", "current"]) {
      const written = config.canonicalJson(rules);
      report.equal(what, text(written), text(ImageConfig.parse(written).canonicalJson(rules)));
    }
  });
}

/** `seeds/moby-image-json.json`, of 2020. */
export function mobyImageJson(file, report) {
  report.each(JSON.parse(file).cases, (vector) => {
    const bytes = utf8(vector.input);
    const parsed = tried(() => ImageConfig.parse(bytes));
    report.equal(
      `${vector.name} ${parsed.error}`,
      vector.error ?? undefined,
      failed(parsed) ? vector.error : undefined,
    );
    report.equal(vector.name, vector.id, Digest.of(bytes).toString());
    if (failed(parsed)) return;
    const config = parsed.value;
    report.equal(vector.name, vector.marshaled, text(config.canonicalJson("docker2020")));
    report.equal(vector.name, vector.chain_id, config.rootFs.chainIds.at(-1) ?? "");
    report.equal(vector.name, vector.created_is_zero, config.created === undefined);
  });
}

/** `seeds/moby-image-json-v29-differences.json` */
export function mobyImageJsonV29(file, report) {
  report.each(JSON.parse(file).cases, ({ input, marshaled }) => {
    report.equal(input, marshaled, text(ImageConfig.parse(utf8(input)).canonicalJson("current")));
  });
}
