// What a second reading found, as the page tells it: gaps that only a person can fill apart from suggestions
// about words, and what has one reason together.
import type { LintFinding } from "$lib/ipc/bindings";

/** Findings with one reason. */
export type Group = { why: string; suggestion: string; found: LintFinding[] };

/** So many lines are shown without being asked for. */
const FEW = 4;

/** What still has to be filled in, and what could be said better. */
export function parted(all: LintFinding[]): { gaps: LintFinding[]; words: LintFinding[] } {
  return {
    gaps: all.filter((it) => it.kind === "placeholder"),
    words: all.filter((it) => it.kind !== "placeholder"),
  };
}

/** In the order in which each reason is first met. */
export function grouped(all: LintFinding[]): Group[] {
  return [...new Set(all.map((it) => it.why))].map((why) => {
    const found = all.filter((it) => it.why === why);
    return { why, suggestion: found[0]?.suggestion ?? "", found };
  });
}

/** Whether all lines are seen at once: few are, many group by group when somebody opens them. */
export function areFew(groups: Group[]): boolean {
  return groups.reduce((sum, it) => sum + it.found.length, 0) <= FEW;
}

/** The one after this, from the top again after the last; none when there is nothing to go to. */
export function after(all: LintFinding[], last: LintFinding | null): LintFinding | null {
  const at = last ? all.findIndex((it) => it.block === last.block && it.words === last.words && it.why === last.why) : -1;
  return all[(at + 1) % Math.max(1, all.length)] ?? null;
}
