/** What X.509 certificates say (RFC 5280). Nothing is verified: no signature, no chain. */
import { type Der, DerFault, der, need, oid, parts, text, time } from "./der.js";
import { PREVIEW_LIMITS } from "./limits.js";
import { ALGORITHMS, ATTRIBUTES, CURVES, KEY_USES, PURPOSES } from "./x509-names.js";

/** A certificate in short. */
export interface Certificate {
  /** All of its bytes. */
  readonly bytes: Uint8Array;
  /** 1 to 3. */
  readonly version: number;
  /** In hex. */
  readonly serial: string;
  /** `C=US, O=Example, CN=example.org`. */
  readonly subject: string;
  readonly issuer: string;
  /** Milliseconds since 1970; `NaN` where the time is none. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** `RSA, 2048 bits`. */
  readonly key: string;
  readonly signature: string;
  /** Other names of the subject: `example.org`, `IP 10.0.0.1`. */
  readonly names: readonly string[];
  readonly isAuthority: boolean;
  readonly keyUses: readonly string[];
  readonly purposes: readonly string[];
}

/** What is in a file of certificates. */
export interface CertificateFile {
  readonly certificates: readonly (Certificate | { readonly fault: string })[];
  /** Other things in it, as their first line says: `PRIVATE KEY`. */
  readonly others: readonly string[];
  /** There are more certificates than are read. */
  readonly isCut: boolean;
}

/** Reads the certificates of a file, in PEM or DER. */
export function readCertificates(bytes: Uint8Array): CertificateFile {
  if (bytes[0] === 0x30) return { certificates: [readOrFault(bytes)], others: [], isCut: false };
  const certificates: (Certificate | { fault: string })[] = [];
  const others = new Set<string>();
  const text = new TextDecoder().decode(bytes);
  for (const { label, body } of pemBlocks(text)) {
    if (!/^(?:TRUSTED |X509 )?CERTIFICATE$/.test(label)) {
      if (others.size < 20) others.add(label);
      continue;
    }
    if (certificates.length >= PREVIEW_LIMITS.certificates)
      return { certificates, others: [...others], isCut: true };
    const decoded = base64(body);
    certificates.push(decoded ? readOrFault(decoded) : { fault: "it is not written in base64" });
  }
  return { certificates, others: [...others], isCut: false };
}

function* pemBlocks(text: string): Generator<{ readonly label: string; readonly body: string }> {
  const begin = /-----BEGIN ([A-Z0-9 ]{1,60})-----/g;
  for (let match = begin.exec(text); match; match = begin.exec(text)) {
    const label = match[1] ?? "";
    const end = text.indexOf(`-----END ${label}-----`, begin.lastIndex);
    yield { label, body: text.slice(begin.lastIndex, end < 0 ? begin.lastIndex : end) };
    // What is not ended is passed over, so that no search is made twice.
    if (end >= 0) begin.lastIndex = end;
    else return;
  }
}

function base64(body: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(body.replace(/\s+/g, "")), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function readOrFault(bytes: Uint8Array): Certificate | { readonly fault: string } {
  try {
    return readCertificate(bytes);
  } catch (thrown) {
    if (thrown instanceof DerFault) return { fault: thrown.message };
    throw thrown;
  }
}

/** Reads one certificate. Throws `DerFault` where it is none. */
export function readCertificate(bytes: Uint8Array): Certificate {
  const outer = need(der(bytes), 0x30);
  const [body, algorithm] = parts(outer);
  const rest = parts(need(body, 0x30));
  let version = 1;
  if (rest[0]?.tag === 0xa0) {
    const marked = rest.shift();
    version = (need(marked && parts(marked)[0], 0x02).contents[0] ?? 0) + 1;
  }
  const [serial, , issuer, validity, subject, key] = rest;
  const [from, to] = parts(need(validity, 0x30));
  if (!from || !to) throw new DerFault("the time of validity is missing");
  const extensions = extensionsOf(rest.find(({ tag }) => tag === 0xa3));
  return {
    bytes: outer.whole,
    version,
    serial: hex(need(serial, 0x02).contents.subarray(0, 64)),
    subject: nameText(need(subject, 0x30)),
    issuer: nameText(need(issuer, 0x30)),
    notBefore: time(from),
    notAfter: time(to),
    key: keyText(need(key, 0x30)),
    signature: algorithmText(need(algorithm, 0x30)),
    names: generalNames(extensions.get("2.5.29.17")),
    isAuthority: isAuthority(extensions.get("2.5.29.19")),
    keyUses: keyUses(extensions.get("2.5.29.15")),
    purposes: purposes(extensions.get("2.5.29.37")),
  };
}

/** The value of each extension by its identifier. */
function extensionsOf(marked: Der | undefined): Map<string, Der> {
  const found = new Map<string, Der>();
  if (!marked) return found;
  for (const extension of parts(need(parts(marked)[0], 0x30))) {
    const fields = parts(need(extension, 0x30));
    const value = fields.at(-1);
    found.set(oid(need(fields[0], 0x06)), der(need(value, 0x04).contents));
  }
  return found;
}

function nameText(name: Der): string {
  return parts(name)
    .flatMap((set) => parts(set))
    .map((pair) => {
      const [kind, value] = parts(pair);
      if (!kind || !value) throw new DerFault("a part of a name is missing");
      const id = oid(kind);
      return `${ATTRIBUTES[id] ?? id}=${text(value)}`;
    })
    .join(", ");
}

function algorithmText(algorithm: Der): string {
  const id = oid(need(parts(algorithm)[0], 0x06));
  return ALGORITHMS[id] ?? id;
}

function keyText(key: Der): string {
  const [algorithm, bits] = parts(key);
  const words = algorithmText(need(algorithm, 0x30));
  if (words === "EC") {
    const curve = algorithm && parts(algorithm)[1];
    const id = curve?.tag === 0x06 ? oid(curve) : undefined;
    return id === undefined ? words : `EC, ${CURVES[id] ?? id}`;
  }
  if (words !== "RSA" && words !== "RSA-PSS") return words;
  // A sequence of modulus and exponent, behind the byte that counts unused bits.
  const modulus = need(parts(der(need(bits, 0x03).contents.subarray(1)))[0], 0x02).contents;
  const first = modulus.findIndex((byte) => byte !== 0);
  if (first < 0) return words;
  return `${words}, ${(modulus.length - first - 1) * 8 + 32 - Math.clz32(modulus[first] ?? 0)} bits`;
}

function generalNames(value: Der | undefined): string[] {
  if (!value) return [];
  return parts(value).map((name) => {
    switch (name.tag) {
      case 0x81:
        return `mail ${text(name)}`;
      case 0x82:
        return text(name);
      case 0x86:
        return text(name);
      case 0x87:
        return `IP ${address(name.contents)}`;
      case 0xa4: {
        const inner = parts(name)[0];
        return inner ? nameText(inner) : "";
      }
      default:
        return `a name of another kind (${name.tag & 0x1f})`;
    }
  });
}

function address(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups: string[] = [];
  for (let at = 0; at + 1 < Math.min(bytes.length, 16); at += 2)
    groups.push((((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16));
  return groups.join(":");
}

function isAuthority(value: Der | undefined): boolean {
  const flag = value?.tag === 0x30 ? parts(value)[0] : undefined;
  return flag?.tag === 0x01 && flag.contents[0] !== 0;
}

function keyUses(value: Der | undefined): string[] {
  if (value?.tag !== 0x03) return [];
  const bits = value.contents[1] ?? 0;
  return KEY_USES.filter((_, index) => (bits & (0x80 >> index)) !== 0);
}

function purposes(value: Der | undefined): string[] {
  if (value?.tag !== 0x30) return [];
  return parts(value)
    .filter(({ tag }) => tag === 0x06)
    .map(oid)
    .map((id) => PURPOSES[id] ?? id);
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");
}
