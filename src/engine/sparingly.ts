/** Passes on an error unless the same was passed on in the last ten seconds: an outage says it all the time. */
export function sparingly(report: (error: Error) => void): (error: Error) => void {
  const last = new Map<string, number>();
  return (error) => {
    const now = Date.now();
    if (now - (last.get(error.message) ?? 0) < 10_000) return;
    if (last.size > 100) last.clear();
    last.set(error.message, now);
    report(error);
  };
}
