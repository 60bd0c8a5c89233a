import { expect, test } from "vitest";
import type { ListedRole, ListedRow } from "$lib/ipc/bindings";
import { howFar, lasting, providers } from "./labels";

const role = (role: ListedRole["role"], provider: string, ours = false): ListedRole => ({ role, provider, ours, confidence: "high" });

test("our own roles stand first, then who can act on what is seen", () => {
  const roles = [role("registrar", "Names"), role("dns", "Us", true), role("host", "Cloud"), role("mail", "Post")];
  const row = { name: { roles } } as unknown as ListedRow;
  expect(providers(row)).toBe("DNS Us · Host Cloud · Mail Post");
  const weak = { name: { roles: [{ ...role("host", "Cloud"), confidence: "low" }] } } as unknown as ListedRow;
  expect(providers(weak)).toBe("Host Cloud?");
});

test("a stage says how far it is and how long it takes", () => {
  const stage = { n_done: 1234, n_all: 2000, a_second: 340, takes_s: 3 };
  expect(howFar(stage)).toBe("1,234 of 2,000, 340 a second, about 3 s left");
  expect(howFar({ ...stage, a_second: null, takes_s: null })).toBe("1,234 of 2,000");
  expect([lasting(119), lasting(120), lasting(7201)]).toEqual(["119 s", "2 min", "3 h"]);
});
