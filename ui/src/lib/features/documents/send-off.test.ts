import { expect, test } from "vitest";
import { answerBy, reach } from "./send-off";

test("an answer is due so many days from now, or not at all", () => {
  const now = new Date("2026-11-26T12:00:00Z");
  expect(answerBy("", now)).toBeNull();
  expect(answerBy("3", now)).toBe("2026-11-29T12:00:00.000Z");
});

test("sizes are said as people say them", () => {
  expect(reach("812")).toBe("812 B");
  expect(reach("34000")).toBe("34 KiB");
  expect(reach("2202009")).toBe("2.1 MiB");
});
