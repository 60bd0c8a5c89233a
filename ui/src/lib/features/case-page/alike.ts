// Hosts of which the same is said are read once.
import type { CaseView, ProviderVerdict } from "$lib/ipc/bindings";

/** Verdicts that say the same, in the order of the page; most groups have one. */
export type Alike = { first: ProviderVerdict; all: ProviderVerdict[] };

/** Fewer are read faster side by side. */
const MANY = 4;
const defang = (host: string) => host.replaceAll(".", "[.]");

/** A sentence of a verdict without the host that it is about. */
export const withoutHost = (text: string, host: string) => text.replaceAll(defang(host), "each of them");

type Known = Pick<CaseView, "verdicts" | "then_now" | "concerned">;

export function alike({ verdicts, then_now, concerned }: Known): Alike[] {
  const changed = new Set(then_now.filter((it) => it.diffs.length).map((it) => it.host));
  const accounts = new Map(concerned.map((it) => [it.host, it.accounts.map((account) => account.id)]));
  const said = (it: ProviderVerdict) =>
    JSON.stringify([
      // What changed of a host is its own.
      changed.has(it.host) ? it.host : null,
      accounts.get(it.host),
      it.summary,
      it.platform,
      it.findings.map(({ role, provider, service, confidence, ours }) => [role, provider, service, confidence, ours]),
      [...it.we_can, ...it.notes].map((text) => withoutHost(text, it.host)),
    ]);
  const groups = new Map<string, ProviderVerdict[]>();
  for (const it of verdicts) {
    const key = said(it);
    const group = groups.get(key);
    if (group) group.push(it);
    else groups.set(key, [it]);
  }
  return [...groups.values()]
    .flatMap((all) => (all.length < MANY ? all.map((it) => [it]) : [all]))
    .flatMap((all) => (all[0] ? [{ first: all[0], all }] : []));
}
