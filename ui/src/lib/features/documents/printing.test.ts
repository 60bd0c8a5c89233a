// @vitest-environment happy-dom
import { expect, test } from "vitest";
import { print } from "./printing";

test("sheets are printed under a name for their reader, and nothing of them stays", async () => {
  document.title = "Three customers blocked";
  let seen: [string, number] | undefined;
  const sheets = { name: "ESC-2026-0019-readout", pages: ["AA==", "AA=="] };
  const done = await print(sheets, () => {
    seen = [document.title, document.querySelectorAll(".sheets img").length];
  });
  expect(seen).toEqual(["ESC-2026-0019-readout", 2]);
  expect(document.title).toBe("Three customers blocked");
  done();
  expect(document.querySelector(".sheets")).toBeNull();
});
