import { expect, test } from "vitest";
import type { LintFinding, LintKind } from "$lib/ipc/bindings";
import { after, areFew, grouped, parted } from "./findings";

const found = (kind: LintKind, words: string, why: string): LintFinding => ({ block: `b-${words}`, kind, words, why, suggestion: `say ${why}` });

const ALL = [
  found("placeholder", "[date]", "a gap"),
  found("blame", "careless", "judges"),
  found("placeholder", "[court]", "a gap"),
  found("speculation", "probably", "guesses"),
];

test("gaps stand apart from suggestions, and what has one reason together", () => {
  const { gaps, words } = parted(ALL);
  expect(grouped(gaps).map((it) => [it.why, it.found.map((one) => one.words)])).toEqual([["a gap", ["[date]", "[court]"]]]);
  expect(grouped(words).map((it) => it.why)).toEqual(["judges", "guesses"]);
});

test("few lines are seen at once, many when somebody opens them", () => {
  const gaps = (n: number) => Array.from({ length: n }, (_, it) => found("placeholder", `[${it}]`, `reason ${it % 2}`));
  expect([1, 4, 5].map((n) => areFew(grouped(gaps(n))))).toEqual([true, true, false]);
});

test("the key goes from one to the next, and from the last to the first", () => {
  const { gaps } = parted(ALL);
  expect(after(gaps, null)?.words).toBe("[date]");
  expect(after(gaps, gaps[0]!)?.words).toBe("[court]");
  expect(after(gaps, { ...gaps[1]! })?.words).toBe("[date]");
  // One that was filled is gone: it begins at the top.
  expect(after(gaps, ALL[1]!)?.words).toBe("[date]");
  expect(after([], null)).toBeNull();
});
