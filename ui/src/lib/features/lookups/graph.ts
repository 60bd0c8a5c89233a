// What the picture of a group shows: hosts, what they share, and the cases that name them. Pure; drawing is
// the component's. Everything in it stands in the table beside it, too.
import type { ConnectionRow } from "$lib/ipc/bindings";
import { defang } from "./labels";

/** Hosts that a picture and its table show; of more, a number is told. */
export const MAX_HOSTS = 300;
/** With more hosts than this only what is chosen is named in the picture; the table names all. */
export const NAMED_HOSTS = 40;

export type PartKind = "host" | "sign" | "case";

export type Part = { id: string; kind: PartKind; label: string; is_marked: boolean };
export type Line = { id: string; from: string; to: string };
export type Picture = { parts: Part[]; lines: Line[] };

export const hostId = (host: string) => `host ${host}`;
export const signId = (n: number) => `sign ${n}`;
export const caseId = (reference: string) => `case ${reference}`;

/** The parts and the lines between them; a case that is named by one host only is drawn, too. */
export function picture(cluster: ConnectionRow): Picture {
  const hosts = cluster.hosts.slice(0, MAX_HOSTS);
  const references = [...new Set(hosts.flatMap((it) => it.cases))].sort();
  const parts: Part[] = [
    ...cluster.reasons.map((it, n) => ({ id: signId(n), kind: "sign" as const, label: shortened(defang(it.sign.value)), is_marked: false })),
    ...references.map((it) => ({ id: caseId(it), kind: "case" as const, label: it, is_marked: false })),
    ...hosts.map((it) => ({
      id: hostId(it.host),
      kind: "host" as const,
      label: shortened(defang(it.host)),
      is_marked: it.is_dangling || it.is_new,
    })),
  ];
  const line = (from: string, to: string) => ({ id: `${from} – ${to}`, from, to });
  const shared = cluster.reasons.flatMap((it, n) =>
    it.hosts.filter((place) => place < hosts.length).map((place) => line(signId(n), hostId(hosts[place]?.host ?? ""))),
  );
  const named = hosts.flatMap((it) => it.cases.map((reference) => line(caseId(reference), hostId(it.host))));
  return { parts, lines: [...shared, ...named] };
}

/** A part and what it is connected with; everything when nothing is chosen. */
export function lit(of: Picture, chosen: string | null): Set<string> {
  if (!chosen) return new Set(of.parts.map((it) => it.id));
  const near = of.lines.filter((it) => it.from === chosen || it.to === chosen);
  return new Set([chosen, ...near.flatMap((it) => [it.from, it.to])]);
}

/**
 * Where each part stands, or begins before forces move it: what is shared and the cases in the middle, around them the
 * hosts, those that hang on the same in one disc. The same group looks the same every time.
 */
export function beginnings(of: Picture): Map<string, { x: number; y: number }> {
  const hubs = of.parts.filter((it) => it.kind !== "host");
  const hosts = of.parts.filter((it) => it.kind === "host");
  const middle = hubs.length > 1 ? 50 + 14 * hubs.length : 0;
  const places = new Map(hubs.map((it, n) => [it.id, around(n, hubs.length, middle)]));
  const hangsOn = new Map<string, string[]>();
  for (const it of of.lines) hangsOn.set(it.to, [...(hangsOn.get(it.to) ?? []), it.from]);
  const discs = new Map<string, string[]>();
  for (const it of hosts) {
    const on = (hangsOn.get(it.id) ?? []).sort().join(" ");
    discs.set(on, [...(discs.get(on) ?? []), it.id]);
  }
  const sized = [...discs.values()].map((ids) => ({ ids, radius: APART * Math.sqrt(ids.length) + APART }));
  const widest = Math.max(0, ...sized.map((it) => it.radius));
  const round = sized.reduce((sum, it) => sum + 2 * it.radius, 0);
  const ring = Math.max(middle + widest + 60, round / (2 * Math.PI));
  let gone = 0;
  for (const { ids, radius } of sized) {
    const angle = (2 * Math.PI * (gone + radius)) / Math.max(round, 1);
    gone += 2 * radius;
    // As the seeds of a sunflower stand: none on another, and no rows.
    ids.forEach((id, n) => {
      const [turn, out] = [n * 2.39996, APART * Math.sqrt(n)];
      places.set(id, { x: ring * Math.cos(angle) + out * Math.cos(turn), y: ring * Math.sin(angle) + out * Math.sin(turn) });
    });
  }
  return places;
}

/** Between hosts of a disc. */
const APART = 18;

function around(n: number, all: number, radius: number) {
  const angle = (2 * Math.PI * n) / Math.max(all, 1) - Math.PI / 2;
  return { x: radius * Math.cos(angle), y: radius * Math.sin(angle) };
}

function shortened(label: string): string {
  return label.length > 34 ? `${label.slice(0, 33)}…` : label;
}
