import { afterEach, describe, expect, it, vi } from "vitest";
import { afterPause, whileAsked } from "./asked";

/** A question whose answer is given later. */
function question() {
  let answer = (_: string) => {};
  let refuse = (_: unknown) => {};
  const promise = new Promise<string>((resolve, reject) => ([answer, refuse] = [resolve, reject]));
  return { promise, answer, refuse };
}

/** Lets answers that were given arrive. */
const arrived = async () => {
  for (let n = 0; n < 4; n++) await Promise.resolve();
};

describe("a question that is asked again", () => {
  it("is not answered by what comes late about the one before", async () => {
    const heard: string[] = [];
    const [half, whole] = [question(), question()];
    const takeBack = whileAsked(half.promise, (it) => heard.push(it), (it) => heard.push(it.message));
    takeBack();
    whileAsked(whole.promise, (it) => heard.push(it), (it) => heard.push(it.message));
    whole.answer("whole");
    await arrived();
    half.answer("half");
    await arrived();
    expect(heard).toEqual(["whole"]);
  });

  it("is not failed by what comes late about the one before", async () => {
    const heard: string[] = [];
    const [half, whole] = [question(), question()];
    const takeBack = whileAsked(half.promise, (it) => heard.push(it), (it) => heard.push(it.message));
    takeBack();
    whileAsked(whole.promise, (it) => heard.push(it), (it) => heard.push(it.message));
    half.refuse({ code: "refused", message: "That is no host.", hint: "" });
    whole.answer("whole");
    await arrived();
    expect(heard).toEqual(["whole"]);
  });

  it("says why there is no answer while it is asked", async () => {
    const heard: string[] = [];
    const it = question();
    whileAsked(it.promise, (it) => heard.push(it), (it) => heard.push(it.message));
    it.refuse({ code: "refused", message: "That is no host.", hint: "" });
    await arrived();
    expect(heard).toEqual(["That is no host."]);
  });
});

describe("a question that waits for a pause", () => {
  afterEach(() => void vi.useRealTimers());

  it("is asked once, when nothing changed for that long", () => {
    vi.useFakeTimers();
    const asked: string[] = [];
    const ask = (name: string) => afterPause(200, () => (asked.push(name), () => {}));
    const takeBack = ask("moor");
    vi.advanceTimersByTime(150);
    takeBack();
    ask("moor.test");
    vi.advanceTimersByTime(150);
    expect(asked).toEqual([]);
    vi.advanceTimersByTime(50);
    expect(asked).toEqual(["moor.test"]);
  });

  it("is taken back after it was asked, too", () => {
    vi.useFakeTimers();
    const takenBack = vi.fn();
    const takeBack = afterPause(200, () => takenBack);
    vi.advanceTimersByTime(200);
    takeBack();
    expect(takenBack).toHaveBeenCalledOnce();
  });
});
