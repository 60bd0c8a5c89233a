import { expect, test } from "vitest";
import type { ObservableView, Outcome } from "$lib/ipc/bindings";
import { byHost, commonOutcome } from "./targets";

function target(host: string, path: string, kind: "pending" | "mitigated"): ObservableView {
  const observable = { kind: "url" as const, value: `https://${host}/${path}` };
  const outcome: Outcome = { kind };
  return { observable, defanged: "", host, target: { observable, outcome } } as ObservableView;
}

test("addresses on one host are one group, and a group that differs has no outcome", () => {
  const done = [target("a.test", "1", "mitigated"), target("a.test", "2", "mitigated")];
  const mixed = [target("b.test", "1", "mitigated"), target("b.test", "2", "pending")];
  expect(byHost([...done, ...mixed]).map((it) => [it.host, it.members.length])).toEqual([
    ["a.test", 2],
    ["b.test", 2],
  ]);
  expect([commonOutcome(done), commonOutcome(mixed)]).toEqual(["mitigated", null]);
});
