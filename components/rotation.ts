/**
 * When which client secret is made and used: two slots, a and b, half a period apart. A slot is renewed every two periods,
 * so that one of them is always in its first period: the active one. The other was given up at least a period minus the
 * settling time before it is renewed, so that nothing in use is ever taken away (docs/decisions/0050).
 */
export interface RotationArgs {
  /** The present, as settings say it: windows are computed from it, so that the same date gives the same preview. */
  asOf: Date;
  /** A date from which periods are counted. The same for all time, or everything rotates. */
  anchor: Date;
  /** How long a client secret is used. */
  periodDays: number;
  /** How much longer than two periods a client secret lasts: what a missed run may cost. */
  graceDays: number;
  /** How old a client secret must be before it is used. @default 0 - in the run that makes it, once Entra accepts it */
  settleDays: number;
}

export type SlotName = "a" | "b";

/** A slot in its present window. */
export interface Slot {
  /** Number of the window: a change of it makes another client secret. */
  window: number;
  begins: Date;
  ends: Date;
}

export interface RotationPlan {
  slots: Record<SlotName, Slot>;
  active: SlotName;
  /** When the other slot takes over: the first run after this rotates. */
  nextRotation: Date;
  /** When the active client secret stops working: a run must come before. */
  rotateBefore: Date;
}

const day = 24 * 60 * 60 * 1000;
const daysAfter = (date: Date, days: number) => new Date(date.getTime() + days * day);

export function rotationPlan({ asOf, anchor, periodDays, graceDays, settleDays }: RotationArgs): RotationPlan {
  const slotFrom = (first: Date): Slot => {
    const window = Math.floor((asOf.getTime() - first.getTime()) / (2 * periodDays * day));
    const begins = daysAfter(first, window * 2 * periodDays);
    return { window, begins, ends: daysAfter(begins, 2 * periodDays + graceDays) };
  };
  const slots = { a: slotFrom(anchor), b: slotFrom(daysAfter(anchor, -periodDays)) };
  const newer: SlotName = slots.a.begins > slots.b.begins ? "a" : "b";
  const older: SlotName = newer === "a" ? "b" : "a";
  const hasSettled = daysAfter(slots[newer].begins, settleDays) <= asOf;
  const active = hasSettled ? newer : older;
  return {
    slots,
    active,
    nextRotation: daysAfter(slots[active].begins, periodDays + settleDays),
    rotateBefore: slots[active].ends,
  };
}

/** As Graph gives dates back: without fractions, or every preview would show a change. */
export const graphTime = (date: Date): string => date.toISOString().replace(/\.\d{3}Z$/, "Z");
