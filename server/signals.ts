/** Stops when asked to. Whoever asks again does not want to wait for the clients. */
export function onSignals(stop: () => Promise<void>, abort: () => void = () => {}): void {
  let askedAt = Number.POSITIVE_INFINITY;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      const now = performance.now();
      // At once, it is npm that repeats what the terminal said, or the primary what the terminal said to all.
      if (now - askedAt > 500) {
        abort();
        process.exit(1);
      }
      askedAt = Math.min(askedAt, now);
      void stop();
    });
  }
}
