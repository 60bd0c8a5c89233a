// Targets as a list shows them: many addresses on one host are one line.
import type { ObservableView, Outcome } from "$lib/ipc/bindings";

export const OUTCOMES: Record<Outcome["kind"], string> = {
  pending: "Pending",
  mitigated: "Mitigated",
  not_ours: "Not ours",
  already_gone: "Already gone",
  forwarded: "Forwarded to…",
  declined: "Declined because…",
};

/** Targets by host, in the order in which the hosts come first; nothing moves while one works. */
export function byHost(targets: ObservableView[]): { host: string; members: ObservableView[] }[] {
  const groups = new Map<string, ObservableView[]>();
  for (const it of targets) {
    const host = it.host ?? it.observable.value;
    groups.set(host, [...(groups.get(host) ?? []), it]);
  }
  return [...groups].map(([host, members]) => ({ host, members }));
}

/** The outcome that all of them have; null when they differ. */
export function commonOutcome(targets: ObservableView[]): Outcome["kind"] | null {
  const kinds = new Set(targets.map((it) => it.target?.outcome.kind));
  return kinds.size === 1 ? ([...kinds][0] ?? null) : null;
}
