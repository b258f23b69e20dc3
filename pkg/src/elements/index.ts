/** The parts of the inspector as elements, and what they tell and take. */

export type { Binding, BindingGroup } from "./keys/bindings.js";
export { KeysElement } from "./keys/keys.js";
export { type Command, Shortcuts } from "./keys/shortcuts.js";
export { type Place, placeText, placeWords, readPlace } from "./model/place.js";
export type { Progress, ScanState } from "./model/scan-state.js";
export type { ImageSettings, Wanted, WantedReport } from "./model/wanted.js";
export { type ByteSource, fileBytes, givenBytes, type SomeBytes, type WantedFile } from "./preview/bytes.js";
export { DiffEvent, PreviewEvent } from "./preview/events.js";
export { Previews } from "./preview/previews.js";
export { type Found, type Source, StandaloneElement } from "./standalone.js";
export type {} from "./tags.js";
export { RowEvent, TreeErrorEvent } from "./tree/events.js";
export { TreeElement } from "./tree/tree.js";
export { ChecksElement } from "./views/checks.js";
export { ConfigElement } from "./views/config.js";
export { DockerfileElement } from "./views/dockerfile.js";
export {
  type Badge,
  BadgeEvent,
  ImageEvent,
  LayerEvent,
  PlaceEvent,
  RevealEvent,
  RevealedEvent,
  SaveEvent,
  ScanEvent,
  TabEvent,
} from "./views/events.js";
export { FilesElement } from "./views/files.js";
export { InspectorElement } from "./views/inspector.js";
export { OverviewElement } from "./views/overview.js";
export { StrataElement as LayersElement } from "./views/strata.js";
export { TABS, type Tab, type TabId, type TabProperties } from "./views/tabs.js";
