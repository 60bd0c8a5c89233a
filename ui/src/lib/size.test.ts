import { expect, test } from "vitest";
import { size } from "./size";

test("a size is told in the unit that fits", () => {
  expect(["0", "1023", "1025", "3565158", "12884901888"].map(size)).toEqual([
    "0 B",
    "1023 B",
    "2 KiB",
    "3.4 MiB",
    "12.0 GiB",
  ]);
});
