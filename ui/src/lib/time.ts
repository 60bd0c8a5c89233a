// Instants come in UTC; people see their own zone with its offset.

/** `23 Nov 14:03 +01:00`; the year only when it is not this one. */
export function localTime(at: string, now = new Date()): string {
  const date = new Date(at);
  const parts = new Intl.DateTimeFormat("en-GB", {
    day: "numeric",
    month: "short",
    year: date.getFullYear() === now.getFullYear() ? undefined : "numeric",
    hour: "2-digit",
    minute: "2-digit",
  }).format(date);
  return `${parts.replace(",", "")} ${offset(date)}`;
}

/** `14:03:22`, for the moment of a save. */
export function localClock(at: string): string {
  return new Date(at).toLocaleTimeString("en-GB");
}

/** `2026-11-23 14:03:22 UTC`. */
export function utcTime(at: string): string {
  return new Date(at).toISOString().replace("T", " ").slice(0, 19) + " UTC";
}

function offset(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  if (minutes === 0) return "UTC";
  const sign = minutes < 0 ? "−" : "+";
  const two = (n: number) => String(Math.floor(n)).padStart(2, "0");
  return `${sign}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
}

/** How long is left, in the two units that matter: `3 h 12 min`, `45 s`, `6 d 2 h`. */
export function span(ms: number): string {
  const s = Math.floor(Math.abs(ms) / 1000);
  if (s < 60) return `${s} s`;
  const min = Math.floor(s / 60);
  if (min < 60) return `${min} min`;
  const h = Math.floor(min / 60);
  if (h < 48) return min % 60 ? `${h} h ${min % 60} min` : `${h} h`;
  return h % 24 ? `${Math.floor(h / 24)} d ${h % 24} h` : `${Math.floor(h / 24)} d`;
}

/** What a countdown says, and whether it needs somebody now. */
export function countdown(due: string, now: number): { words: string; urgent: boolean } {
  const left = new Date(due).getTime() - now;
  if (left < 0) return { words: `${span(left)} over`, urgent: true };
  return { words: `${span(left)} left`, urgent: left < 60 * 60 * 1000 };
}
