// How wide a value itself is; the house decides the same when it records (model::decision).
import type { Granularity, ObservableView } from "$lib/ipc/bindings";

/** The granularity of a target's own value; for the case as a whole, one host. */
export function own(targets: ObservableView[], value: string): Granularity {
  const kind = targets.find((it) => it.observable.value === value)?.observable.kind;
  if (kind === "url") return "url";
  return kind === "domain" ? "zone" : "host";
}
