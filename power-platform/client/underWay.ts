/** Work that is under way, by key: who asks for the same meanwhile gets that. Nothing is kept once it has ended. */
export class UnderWay<T> {
  private readonly running = new Map<string, Promise<T>>();

  join(key: string, work: () => Promise<T>): Promise<T> {
    const known = this.running.get(key);
    if (known) return known;
    const started = work().finally(() => this.running.delete(key));
    this.running.set(key, started);
    return started;
  }
}
