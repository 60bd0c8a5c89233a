import { expect, test } from "vitest";
import type { TimelineRow } from "$lib/ipc/bindings";
import { gapBefore, lengths, merged, TimelineChoice } from "./timeline.svelte";

const row = (at: string, source: string | null, kind?: TimelineRow<string>["kind"]): TimelineRow<string> => ({
  at: `2026-11-23T${at}:00Z`, text: at, audience: "public", source, ...(kind ? { kind } : {}),
});

test("what is chosen keeps its source, its kind and is for the team", () => {
  const choice = new TimelineChoice(
    [
      { entry: "e1", at: "2026-11-23T08:14:00Z", text: "It began.", kind: null },
      { entry: "e2", at: "2026-11-23T08:20:00Z", text: "Decided: lift.", kind: "decision" },
      { entry: "e3", at: "2026-11-23T08:30:00Z", text: "Known already.", kind: null },
    ],
    [row("08:30", "e3")],
  );
  expect(choice.rows.map((it) => it.entry)).toEqual(["e1", "e2"]);
  choice.chosen["e2"] = true;
  expect(choice.picked()).toEqual([
    { at: "2026-11-23T08:20:00Z", text: "Decided: lift.", audience: "internal_team", source: "e2", kind: "decision" },
  ]);
});

test("rows stand in the order of time, and an entry once", () => {
  const both = merged([row("09:00", "b"), row("08:00", null)], [row("08:30", "a"), row("09:10", "b")]);
  expect(both.kind === "timeline" && both.rows.map((it) => it.text)).toEqual(["08:00", "08:30", "09:00"]);
});

test("a long silence is a gap", () => {
  const rows = [row("08:00", null), row("08:10", null), row("10:10", null)];
  expect([gapBefore(rows, 0), gapBefore(rows, 1), gapBefore(rows, 2)]).toEqual([null, null, 7_200_000]);
});

test("impact is not response", () => {
  expect(
    lengths([
      row("08:14", null, "impact_began"), row("08:20", null, "response_began"),
      row("09:13", null, "impact_ended"), row("10:20", null, "response_ended"),
    ]),
  ).toEqual({ impact: 59 * 60_000, response: 120 * 60_000 });
});
