// Words for lookup lists.
import { count } from "$lib/counted";
import type { ListedFilter, ListedOutcome, ListedRow, ListedSort, ListStage, ListState, Role } from "$lib/ipc/bindings";

export const STATES: Record<ListState, string> = {
  waiting: "Waits",
  asking: "Being asked",
  paused: "Paused",
  cancelled: "Cancelled",
  done: "Done",
};

export const OUTCOMES: Record<ListedOutcome, string> = {
  waiting: "Not asked yet",
  answers: "Resolves",
  no_address: "No address",
  dangling: "Dangling, unverified",
  absent: "Does not exist",
  failed: "No usable answer",
  registry_only: "For registries only",
};

export const LIST_SORTS: Record<ListedSort, string> = {
  place: "As given",
  name: "Name",
  outcome: "Outcome",
  registered: "Newest registration",
};

const SHORT: Record<Role, string> = {
  registrar: "Registrar",
  dns: "DNS",
  proxy: "Proxy",
  host: "Host",
  storage: "Storage",
  mail: "Mail",
};
/** Who can act on what is seen comes first. */
const ORDER: Role[] = ["proxy", "host", "storage", "dns", "mail"];

/** A filter that lets every name through. */
export function allNames(): ListedFilter {
  return { words: "", outcome: null, sign: null, ours: false, registered_after: null };
}

export function defang(text: string): string {
  return text.replaceAll(".", "[.]");
}

/** `Proxy Harbour Edge · DNS Granite`, our own first. */
export function providers(row: ListedRow): string {
  const roles = row.name.roles.filter((it) => it.role !== "registrar");
  const place = (it: (typeof roles)[number]) => (it.ours ? 0 : 10) + ORDER.indexOf(it.role);
  return [...roles]
    .sort((a, b) => place(a) - place(b))
    .map((it) => `${SHORT[it.role]} ${it.provider}${it.confidence === "low" ? "?" : ""}`)
    .join(" · ");
}

/** `40 s`, `12 min`, `3 h`. */
export function lasting(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.ceil(seconds / 60)} min`;
  return `${Math.ceil(seconds / 3600)} h`;
}

/** `1,234 of 2,000, 340 a second, about 3 s left`. */
export function howFar(stage: ListStage): string {
  const parts = [`${count(stage.n_done)} of ${count(stage.n_all)}`];
  if (stage.a_second) parts.push(`${count(stage.a_second)} a second`);
  if (stage.takes_s && stage.n_done < stage.n_all) parts.push(`about ${lasting(stage.takes_s)} left`);
  return parts.join(", ");
}

