interface Policies {
  createPolicy(name: string, rules: { createScriptURL(address: string): string }): unknown;
}

/**
 * The page's Content-Security-Policy demands trusted types: text never becomes markup or a script. Workers are
 * started by address, and this lets through the addresses of the page's own server and nothing else.
 */
export function allowOwnScripts(): void {
  const policies = (globalThis as { trustedTypes?: Policies }).trustedTypes;
  policies?.createPolicy("default", {
    createScriptURL(address) {
      if (new URL(address, location.href).origin !== location.origin)
        throw new TypeError("a script from elsewhere");
      return address;
    },
  });
}
