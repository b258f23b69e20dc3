/** The part of the Web Locks API that is needed, where there is one. */
interface Locks {
  request(name: string, work: () => Promise<void>): Promise<void>;
}

function locks(): Locks | undefined {
  const { navigator } = globalThis as { navigator?: { locks?: Locks } };
  return navigator?.locks;
}

/**
 * A lock by name among all pages and workers of one origin; it ends with whoever holds it. Nothing where the runtime has
 * no Web Locks, or where the page is not in a secure context.
 */
export function webLock(name: string): (() => Promise<() => void>) | undefined {
  const api = locks();
  if (!api) return undefined;
  return () =>
    new Promise((resolve, reject) => {
      api
        .request(
          name,
          () =>
            new Promise<void>((release) => {
              resolve(release);
            }),
        )
        .catch(reject);
    });
}
