import { expect, test } from "vitest";
import type { ThenNow } from "$lib/ipc/bindings";
import { changedSince, defang, everyInWords } from "./then-now";

const known = (at: string) => ({ diffs: [{ now_at: at }] }) as unknown as ThenNow;

test("a tag says since when a target is otherwise", () => {
  const now = new Date("2026-11-26T12:00:00");
  expect(changedSince(undefined, now)).toBeNull();
  expect(changedSince({ diffs: [] } as unknown as ThenNow, now)).toBeNull();
  expect(changedSince(known("2026-11-26T08:00:00"), now)).toBe("Changed today");
  expect(changedSince(known("2026-11-25T23:59:00"), now)).toBe("Changed yesterday");
  expect(changedSince(known("2026-11-20T01:00:00"), now)).toBe("Changed 6 days ago");
});

test("hosts and addresses are defanged, providers and dates are not", () => {
  expect(defang("a.example.test")).toBe("a[.]example[.]test");
  expect(defang("Cinnabar Ltd.")).toBe("Cinnabar Ltd.");
});

test("times between look-ups are said in words", () => {
  expect(everyInWords(360)).toBe("Every 6 hours");
  expect(everyInWords(45)).toBe("Every 45 minutes");
});
