import { describe, expect, it } from "vitest";
import type { ConnectionRow } from "$lib/ipc/bindings";
import { beginnings, caseId, hostId, lit, MAX_HOSTS, picture, signId } from "./graph";

function cluster(n: number): ConnectionRow {
  const host = (place: number) => ({
    host: `n${place}.kelp.test`,
    cases: [place % 2 ? "ESC-2026-0001" : "ESC-2026-0002"],
    in_list: false,
    is_dangling: place === 0,
    is_new: false,
  });
  const all = Array.from({ length: n }, (_, place) => place);
  const sign = { kind: "address" as const, value: "203.0.113.9" };
  return {
    sentence: "These hosts look like one actor.",
    is_strong: true,
    reasons: [{ sign, n_hosts: n, hosts: all, words: "all lead to 203[.]0[.]113[.]9" }],
    hosts: all.map(host),
    n_domains: n,
    cases: [],
  };
}

describe("the picture of a group", () => {
  it("has a part for each host, each thing shared and each case, and a line for each that belongs together", () => {
    const it = picture(cluster(2));
    expect(it.parts.map((part) => part.id)).toEqual([
      signId(0),
      caseId("ESC-2026-0001"),
      caseId("ESC-2026-0002"),
      hostId("n0.kelp.test"),
      hostId("n1.kelp.test"),
    ]);
    expect(it.parts[0]?.label).toBe("203[.]0[.]113[.]9");
    expect(it.parts[3]).toMatchObject({ label: "n0[.]kelp[.]test", is_marked: true });
    expect(it.lines.map((line) => [line.from, line.to])).toEqual([
      [signId(0), hostId("n0.kelp.test")],
      [signId(0), hostId("n1.kelp.test")],
      [caseId("ESC-2026-0002"), hostId("n0.kelp.test")],
      [caseId("ESC-2026-0001"), hostId("n1.kelp.test")],
    ]);
  });

  it("lights what is chosen with what it is connected with, and everything when nothing is", () => {
    const it = picture(cluster(4));
    expect(lit(it, null).size).toBe(it.parts.length);
    expect([...lit(it, caseId("ESC-2026-0001"))].sort()).toEqual(
      [caseId("ESC-2026-0001"), hostId("n1.kelp.test"), hostId("n3.kelp.test")].sort(),
    );
    expect(lit(it, hostId("n0.kelp.test"))).toEqual(new Set([hostId("n0.kelp.test"), signId(0), caseId("ESC-2026-0002")]));
  });

  it("stops at so many hosts and draws no line to one that is left out", () => {
    const it = picture(cluster(MAX_HOSTS + 50));
    const parts = new Set(it.parts.map((part) => part.id));
    expect(it.parts.filter((part) => part.kind === "host")).toHaveLength(MAX_HOSTS);
    expect(it.lines.every((line) => parts.has(line.from) && parts.has(line.to))).toBe(true);
  });

  it("gives every part a place of its own, the same each time, and no host stands on another", () => {
    for (const n of [2, 30, MAX_HOSTS]) {
      const places = [...beginnings(picture(cluster(n))).values()];
      expect(places).toHaveLength(n + 3);
      const apart = places.flatMap((a, i) => places.slice(i + 1).map((b) => Math.hypot(a.x - b.x, a.y - b.y)));
      expect(Math.min(...apart)).toBeGreaterThan(14);
    }
    expect(beginnings(picture(cluster(30)))).toEqual(beginnings(picture(cluster(30))));
  });
});
