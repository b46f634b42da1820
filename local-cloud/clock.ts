import type { Collection, Store } from "./store";

interface ClockState {
  offsetMilliseconds: number;
  /** Milliseconds since 1970 at which the clock stands still. */
  frozenAt?: number;
}

/** The time of the local cloud. It runs with the machine's, can be moved, and can be made to stand still. */
export class Clock {
  private readonly state: Collection<ClockState>;

  constructor(store: Store) {
    this.state = store.collection("clock");
  }

  now(): Date {
    const { offsetMilliseconds, frozenAt } = this.read();
    return new Date(frozenAt ?? Date.now() + offsetMilliseconds);
  }

  /** Whole seconds since 1970, as tokens and secret attributes carry it. */
  seconds(): number {
    return Math.floor(this.now().getTime() / 1000);
  }

  /** Moves the clock to a moment; from there it runs on, or stands still when `frozen`. */
  set(moment: Date, { frozen = false } = {}): void {
    const milliseconds = moment.getTime();
    this.state.put("clock", {
      offsetMilliseconds: milliseconds - Date.now(),
      ...(frozen ? { frozenAt: milliseconds } : {}),
    });
  }

  /** Back to the machine's time. */
  reset(): void {
    this.state.delete("clock");
  }

  private read(): ClockState {
    return this.state.get("clock") ?? { offsetMilliseconds: 0 };
  }
}
