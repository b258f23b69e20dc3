import { deflateSync } from "node:zlib";

/** A colour with its opacity, each from 0 to 1. */
export type Colour = readonly [red: number, green: number, blue: number, alpha: number];

/** A shape: whether it covers a point. Both are from 0 to 32. */
export interface Shape {
  readonly colour: Colour;
  readonly covers: (x: number, y: number) => boolean;
}

/** Points that are looked at in each direction of a pixel through which an edge goes. */
const SAMPLES = 4;

/** Draws shapes over each other, the first one lowest, as a square PNG. There are at most 31, none thinner than a pixel. */
export function draw(size: number, shapes: readonly Shape[]): Buffer {
  const length = size * 4 + 1; // Before each row stands how it is filtered: not at all.
  const rows = Buffer.alloc(size * length);
  const topmost = shapes.toReversed();
  const sum = new Float64Array(4);
  const at = (x: number) => (x / size) * 32;
  const corners = (y: number) =>
    Int32Array.from({ length: size + 1 }, (_, x) => covering(at(x), at(y), topmost));
  let above = corners(0);
  for (let y = 0; y < size; y += 1) {
    const below = corners(y + 1);
    for (let x = 0; x < size; x += 1) {
      const isEven = above[x] === above[x + 1] && above[x] === below[x] && above[x] === below[x + 1];
      const samples = isEven ? 1 : SAMPLES;
      sum.fill(0);
      for (let sample = 0; sample < samples ** 2; sample += 1) {
        const across = x + ((sample % samples) + 0.5) / samples;
        const down = y + (Math.floor(sample / samples) + 0.5) / samples;
        look(at(across), at(down), topmost, sum);
      }
      const [red = 0, green = 0, blue = 0, alpha = 0] = sum;
      if (alpha === 0) continue;
      const place = y * length + 1 + x * 4;
      rows[place] = Math.round((red / alpha) * 255);
      rows[place + 1] = Math.round((green / alpha) * 255);
      rows[place + 2] = Math.round((blue / alpha) * 255);
      rows[place + 3] = Math.round((alpha / samples ** 2) * 255);
    }
    above = below;
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8); // Eight bits each of red, green, blue and opacity.
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Which shapes cover a point, as bits. */
function covering(x: number, y: number, shapes: readonly Shape[]): number {
  let bits = 0;
  for (let index = 0; index < shapes.length; index += 1) if (shapes[index]?.covers(x, y)) bits |= 1 << index;
  return bits;
}

/** Adds what is seen at a point: colours with their opacity multiplied in, and the opacity. */
function look(x: number, y: number, topmost: readonly Shape[], sum: Float64Array): void {
  let left = 1;
  for (const { colour, covers } of topmost) {
    if (!covers(x, y)) continue;
    const part = left * colour[3];
    for (let at = 0; at < 3; at += 1) sum[at] = (sum[at] ?? 0) + (colour[at] ?? 0) * part;
    sum[3] = (sum[3] ?? 0) + part;
    left -= part;
    if (left <= 0) return;
  }
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}

function crc(bytes: Buffer): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return (sum ^ 0xffffffff) >>> 0;
}
