import { expect, test } from "vitest";

import { several } from "./counted";

test("one is one, and thousands are told apart", () => {
  expect([0, 1, 2, 1204].map((n) => several(n, "entry", "entries"))).toEqual([
    "0 entries",
    "1 entry",
    "2 entries",
    "1,204 entries",
  ]);
});
