/** The tags of the elements, for whoever writes them in TypeScript. */
import type { KeysElement } from "./keys/keys.js";
import type { TreeElement } from "./tree/tree.js";
import type { ChecksElement } from "./views/checks.js";
import type { ConfigElement } from "./views/config.js";
import type { DockerfileElement } from "./views/dockerfile.js";
import type { FilesElement } from "./views/files.js";
import type { InspectorElement } from "./views/inspector.js";
import type { OverviewElement } from "./views/overview.js";
import type { StrataElement } from "./views/strata.js";

declare global {
  interface HTMLElementTagNameMap {
    "layerglass-checks": ChecksElement;
    "layerglass-config": ConfigElement;
    "layerglass-dockerfile": DockerfileElement;
    "layerglass-files": FilesElement;
    "layerglass-inspector": InspectorElement;
    "layerglass-keys": KeysElement;
    "layerglass-layers": StrataElement;
    "layerglass-overview": OverviewElement;
    "layerglass-tree": TreeElement;
  }
}
