import { describe, expect, it } from "vitest";
import { App } from "./app.svelte";
import type { Desk } from "./ipc/desk";

describe("changes in turn", () => {
  it("are made in the order they were asked for, and one that fails does not stop the next", async () => {
    const app = new App({} as Desk);
    const made: string[] = [];
    let release = () => {};
    const slow = app.inTurn(async () => {
      await new Promise<void>((resolve) => (release = resolve));
      made.push("sensitive");
    });
    const refused = app.inTurn(() => Promise.reject(new Error("refused")));
    const last = app.inTurn(async () => void made.push("covert"));
    await Promise.resolve();
    expect(made).toEqual([]);
    release();
    expect(await Promise.all([slow, refused, last])).toEqual([true, false, true]);
    expect(made).toEqual(["sensitive", "covert"]);
  });
});
