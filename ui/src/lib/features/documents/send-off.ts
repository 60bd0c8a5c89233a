// The words of sending off.
import type { Holds } from "$lib/ipc/bindings";

export const HOLDS: Record<Holds, string> = {
  yes: "Still holds",
  no: "Changed",
  unchecked: "Not checked now",
  never: "Never looked up",
};

/** A minute in the person's own zone, as an input of this kind wants it. */
export function localMinute(at: Date): string {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The instant that many days from now; null when nobody waits. */
export function answerBy(days: string, now: Date): string | null {
  const n = Number(days);
  return days && n > 0 ? new Date(now.getTime() + n * 86_400_000).toISOString() : null;
}

/** `812 B`, `34 KiB`, `2.1 MiB`, from a decimal string of bytes. */
export function reach(bytes: string): string {
  const n = Number(bytes);
  if (n < 1024) return `${n} B`;
  return n < 1024 * 1024 ? `${Math.ceil(n / 1024)} KiB` : `${(n / (1024 * 1024)).toFixed(1)} MiB`;
}
