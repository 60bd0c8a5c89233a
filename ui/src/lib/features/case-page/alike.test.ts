import { expect, test } from "vitest";
import type { CaseView, ProviderVerdict } from "$lib/ipc/bindings";
import { alike, withoutHost } from "./alike";

const verdict = (host: string, some: Partial<ProviderVerdict> = {}) =>
  ({ host, summary: "We are its proxy.", findings: [], notes: [], we_can: [`host: stop serving ${host.replaceAll(".", "[.]")}`], platform: null, ...some }) as unknown as ProviderVerdict;

const grouped = (verdicts: ProviderVerdict[], some: Partial<CaseView> = {}) =>
  alike({ verdicts, then_now: [], concerned: [], ...some }).map((it) => it.all.map((one) => one.host).join(" "));

const five = ["a", "b", "c", "d", "e"].map((it) => `${it}.kelp.test`);

test("hosts of which the same is said are one group, whatever their names", () => {
  expect(grouped(five.map((it) => verdict(it)))).toEqual([five.join(" ")]);
  expect(withoutHost("host: stop serving a[.]kelp[.]test", "a.kelp.test")).toBe("host: stop serving each of them");
});

test("few are shown side by side, and what differs stands by itself", () => {
  expect(grouped(five.slice(0, 3).map((it) => verdict(it)))).toEqual(five.slice(0, 3));
  const differs = verdict("f.kelp.test", { notes: ["the name servers do not agree"] });
  expect(grouped([...five.map((it) => verdict(it)), differs])).toEqual([five.join(" "), "f.kelp.test"]);
});

test("a host that changed, or that another customer has, is not among the others", () => {
  const then_now = [{ host: "a.kelp.test", diffs: [{}] }] as unknown as CaseView["then_now"];
  const concerned = five.map((host) => ({ host, accounts: host === "b.kelp.test" ? [{ id: "kelp" }] : [], parties: [] })) as unknown as CaseView["concerned"];
  expect(grouped([...five, "f.kelp.test"].map((it) => verdict(it)), { then_now })).toEqual(["a.kelp.test", "b.kelp.test c.kelp.test d.kelp.test e.kelp.test f.kelp.test"]);
  expect(grouped(five.map((it) => verdict(it)), { concerned })).toEqual(["a.kelp.test c.kelp.test d.kelp.test e.kelp.test", "b.kelp.test"]);
});
