import type { ImageType } from "./kind.js";

/** Width and height of a picture in pixels, as its header says; `undefined` where it does not. */
export function pictureSize(
  bytes: Uint8Array,
  type: ImageType,
): readonly [width: number, height: number] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (type) {
    case "image/png":
      return bytes.length < 24 ? undefined : [view.getUint32(16), view.getUint32(20)];
    case "image/gif":
      return bytes.length < 10 ? undefined : [view.getUint16(6, true), view.getUint16(8, true)];
    case "image/webp":
      return webp(view);
    case "image/jpeg":
      return jpeg(view);
    case "image/svg+xml":
      return undefined;
  }
}

function webp(view: DataView): readonly [number, number] | undefined {
  if (view.byteLength < 30) return undefined;
  const low24 = (at: number): number => view.getUint16(at, true) + (view.getUint8(at + 2) << 16);
  switch (String.fromCharCode(...[12, 13, 14, 15].map((at) => view.getUint8(at)))) {
    case "VP8X":
      return [low24(24) + 1, low24(27) + 1];
    case "VP8L": {
      const bits = view.getUint32(21, true);
      return [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1];
    }
    case "VP8 ":
      return [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
    default:
      return undefined;
  }
}

/** Walks from marker to marker until one that begins a frame. Each step goes on by two bytes at least. */
function jpeg(view: DataView): readonly [number, number] | undefined {
  for (let at = 2; at + 9 <= view.byteLength; ) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return [view.getUint16(at + 7), view.getUint16(at + 5)];
    at += marker === 0xff ? 1 : 2 + Math.max(2, view.getUint16(at + 2));
  }
  return undefined;
}
