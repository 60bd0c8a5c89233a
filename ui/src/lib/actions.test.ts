import { expect, test } from "vitest";
import { isTyping, Keys, pressed, search, type Action } from "./actions";

const action = (id: string, shortcut: string): Action => ({ id, label: id, shortcut, run: () => {} });
const actions = [action("palette", "Ctrl K"), action("queue", "g q"), action("down", "j")];

function presses(...keys: string[]): (string | undefined)[] {
  const it = new Keys();
  return keys.map((key) => it.match(key, actions, false)?.id);
}

test("keys one after the other reach their action, a wrong one begins anew", () => {
  expect(presses("g", "q")).toEqual([undefined, "queue"]);
  expect(presses("g", "j", "j")).toEqual([undefined, undefined, "down"]);
});

test("single keys belong to the field while somebody types, chords do not", () => {
  const it = new Keys();
  expect(it.match("j", actions, true)).toBeNull();
  expect(it.match("Ctrl K", actions, true)?.id).toBe("palette");
});

test("a field takes single keys, and a box that is ticked does not", () => {
  const field = (html: string) => {
    document.body.innerHTML = html;
    return document.body.firstElementChild;
  };
  expect(isTyping(field("<input type='search'>"))).toBe(true);
  expect(isTyping(field("<select></select>"))).toBe(true);
  expect(isTyping(field("<input type='checkbox'>"))).toBe(false);
  expect(isTyping(field("<button></button>"))).toBe(false);
});

test("a press is written as shortcuts are", () => {
  const press = (key: string, held: KeyboardEventInit = {}) =>
    pressed(new KeyboardEvent("keydown", { key, ...held }));
  expect(press("k", { ctrlKey: true })).toBe("Ctrl K");
  expect(press("V", { ctrlKey: true, shiftKey: true })).toBe("Ctrl Shift V");
  expect(press("?", { shiftKey: true })).toBe("?");
});

test("search wants every word and puts beginnings first", () => {
  const items = [{ label: "Lock the desk" }, { label: "The lock" }, { label: "Open" }];
  expect(search(items, "lock the").map((it) => it.label)).toEqual(["Lock the desk", "The lock"]);
});
