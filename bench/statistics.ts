/** The middle one of some figures; of an even number the mean of the middle two. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** "2.31 s (2.25–2.60)": median, least and most. */
export function spread(seconds: readonly number[]): string {
  const [least, most] = [Math.min(...seconds), Math.max(...seconds)];
  return `${median(seconds).toFixed(2)} (${least.toFixed(2)}–${most.toFixed(2)})`;
}
