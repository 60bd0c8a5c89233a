import { expect, test } from "vitest";
import { countdown, span } from "./time";

const MINUTE = 60_000;

test("a countdown says the two units that matter", () => {
  expect([45_000, 59 * MINUTE, 3 * 60 * MINUTE + 12 * MINUTE, 150 * 60 * MINUTE].map(span)).toEqual([
    "45 s",
    "59 min",
    "3 h 12 min",
    "6 d 6 h",
  ]);
});

test("the last hour and everything overdue needs somebody now", () => {
  const due = "2026-11-23T12:00:00Z";
  const at = (minutes: number) => countdown(due, Date.parse(due) - minutes * MINUTE);
  expect(at(90)).toEqual({ words: "1 h 30 min left", urgent: false });
  expect(at(59)).toEqual({ words: "59 min left", urgent: true });
  expect(at(-61)).toEqual({ words: "1 h 1 min over", urgent: true });
});
