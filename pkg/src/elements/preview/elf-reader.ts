/** Bytes of one name. */
const MOST_NAME = 4096;

/** Reads numbers where there are bytes; past the end there is nothing. */
export class Reader {
  readonly #view: DataView;
  constructor(
    readonly bytes: Uint8Array,
    readonly is64: boolean,
    readonly isLittle: boolean,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  #has(at: number, length: number): boolean {
    return at >= 0 && at + length <= this.bytes.length;
  }

  half(at: number): number | undefined {
    return this.#has(at, 2) ? this.#view.getUint16(at, this.isLittle) : undefined;
  }

  word(at: number): number | undefined {
    return this.#has(at, 4) ? this.#view.getUint32(at, this.isLittle) : undefined;
  }

  /** A number as wide as an address. Those beyond 2^53 lose their last digits; no file is so long. */
  wide(at: number): number | undefined {
    if (!this.is64) return this.word(at);
    return this.#has(at, 8) ? Number(this.#view.getBigUint64(at, this.isLittle)) : undefined;
  }

  /** Bytes as far as they are there. */
  part(at: number, length: number): Uint8Array {
    if (at < 0 || at >= this.bytes.length) return new Uint8Array();
    return this.bytes.subarray(at, Math.min(this.bytes.length, at + length));
  }

  /** A name that ends with a zero byte. */
  name(at: number, most = MOST_NAME): string | undefined {
    const bytes = this.part(at, most);
    const end = bytes.indexOf(0);
    return end < 0 ? undefined : new TextDecoder().decode(bytes.subarray(0, end));
  }
}
