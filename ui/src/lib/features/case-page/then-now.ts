// The words of then and now.
import type { Aspect, ThenNow } from "$lib/ipc/bindings";

export const ASPECTS: Record<Aspect, string> = {
  leads: "The name",
  proxy: "Proxy",
  host: "Host",
  storage: "Storage",
  points_to: "Alias of",
  addresses: "Addresses",
  dns: "DNS",
  name_servers: "Name servers",
  mail: "Mail",
  mail_servers: "Mail servers",
  txt: "TXT records",
  dmarc: "DMARC records",
  caa: "CAA records",
  ds: "DS records",
  soa: "SOA record",
  registration: "Registration",
  registrar: "Registrar",
  status: "Registry status",
};

/** Inside of a sentence: "mail servers", but "TXT records". */
export function inSentence(aspect: Aspect): string {
  const label = ASPECTS[aspect];
  return /^[A-Z]{2}/.test(label) ? label : label.charAt(0).toLowerCase() + label.slice(1);
}

/** Times between two look-ups of a watch, in minutes. */
export const EVERY: [number, string][] = [
  [60, "Every hour"],
  [6 * 60, "Every 6 hours"],
  [24 * 60, "Every day"],
  [7 * 24 * 60, "Every week"],
];

/** `Every 6 hours`; `Every 45 minutes` when it is none of those that are offered. */
export function everyInWords(minutes: number): string {
  return EVERY.find(([it]) => it === minutes)?.[1] ?? `Every ${minutes} minutes`;
}

export const defang = (value: string) => value.replaceAll(/(?<=\w)\.(?=\w)/g, "[.]");

/** `today`, `since yesterday`, `in 5 days`: for a tag beside a target; null when nothing changed. */
export function changedSince(known: ThenNow | undefined, now: Date): string | null {
  const at = known?.diffs[0]?.now_at;
  if (!at) return null;
  const day = (it: Date) => Math.floor((it.getTime() - it.getTimezoneOffset() * 60_000) / 86_400_000);
  const days = day(now) - day(new Date(at));
  if (days <= 0) return "Changed today";
  return days === 1 ? "Changed yesterday" : `Changed ${days} days ago`;
}
