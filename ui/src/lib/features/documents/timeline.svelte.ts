// Choosing what of a case's record belongs into a timeline, and what kind of moment it is.
import type { Content, Moment, MomentRow, TimelineRow } from "$lib/ipc/bindings";

export const MOMENTS: Record<Moment, string> = {
  decision: "Decision",
  not_known: "Not known then",
  told: "Told",
  impact_began: "Impact began",
  impact_ended: "Impact ended",
  response_began: "Response began",
  response_ended: "Response ended",
};

/** A longer silence than this is shown as a gap. */
export const GAP_MS = 30 * 60 * 1000;

export class TimelineChoice {
  rows = $state.raw<MomentRow[]>([]);
  chosen = $state<Record<string, boolean>>({});
  kinds = $state<Record<string, Moment | null>>({});

  constructor(rows: MomentRow[], known: TimelineRow<string>[]) {
    const there = known.map((it) => it.source);
    this.rows = rows.filter((it) => !there.includes(it.entry));
    for (const it of this.rows) this.kinds[it.entry] = it.kind;
  }

  get n(): number {
    return this.rows.filter((it) => this.chosen[it.entry]).length;
  }

  /** What was chosen, as rows for the team; every one keeps its source. */
  picked(): TimelineRow<string>[] {
    return this.rows
      .filter((it) => this.chosen[it.entry])
      .map((it) => ({
        at: it.at,
        text: it.text,
        audience: "internal_team",
        source: it.entry,
        ...(this.kinds[it.entry] ? { kind: this.kinds[it.entry] } : {}),
      }));
  }
}

/** Rows in the order of time, each entry of the record once. */
export function merged(known: TimelineRow<string>[], more: TimelineRow<string>[]): Content<string> {
  const there = known.map((it) => it.source).filter(Boolean);
  const rows = [...known, ...more.filter((it) => !there.includes(it.source))];
  rows.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return { kind: "timeline", rows };
}

/** How long a row is after the one before it, when that is long. */
export function gapBefore(rows: { at: string }[], n: number): number | null {
  const [before, here] = [rows[n - 1], rows[n]];
  if (!before || !here) return null;
  const gap = Date.parse(here.at) - Date.parse(before.at);
  return gap > GAP_MS ? gap : null;
}

/** How long the impact and the response lasted; none when their ends are not both told. */
export function lengths(rows: TimelineRow<string>[]): { impact: number | null; response: number | null } {
  const between = (from: Moment, to: Moment) => {
    const start = rows.find((it) => it.kind === from);
    const end = rows.findLast((it) => it.kind === to);
    return start && end ? Date.parse(end.at) - Date.parse(start.at) : null;
  };
  return {
    impact: between("impact_began", "impact_ended"),
    response: between("response_began", "response_ended"),
  };
}
