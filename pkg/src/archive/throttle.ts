/** How often callers hear of progress, at most. */
const INTERVAL_MS = 100;

/** Runs a caller's callback; what it throws is reported as any listener's error is, and does not end our work. */
export function notify<T>(listener: ((value: T) => void) | undefined, value: T): void {
  try {
    listener?.(value);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/** Passes on the first call and then at most one in an interval; `last` always passes. */
export function throttled<T>(listener: ((value: T) => void) | undefined): (value: T, last?: boolean) => void {
  let next = 0;
  return (value, last = false) => {
    const now = performance.now();
    if (!last && now < next) return;
    next = now + INTERVAL_MS;
    notify(listener, value);
  };
}
