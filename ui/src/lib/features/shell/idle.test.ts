import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { lockWhenIdle } from "./idle";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const MINUTE = 60_000;

test("the desk locks after idle minutes, and a key starts them anew", () => {
  const lock = vi.fn();
  const stop = lockWhenIdle(() => 10, lock);
  vi.advanceTimersByTime(9 * MINUTE);
  window.dispatchEvent(new KeyboardEvent("keydown", { key: "j" }));
  vi.advanceTimersByTime(9 * MINUTE);
  expect(lock).not.toHaveBeenCalled();
  vi.advanceTimersByTime(MINUTE);
  expect(lock).toHaveBeenCalledOnce();
  stop();
  vi.advanceTimersByTime(60 * MINUTE);
  expect(lock).toHaveBeenCalledOnce();
});

test("a clock that jumped while the computer slept locks at the next look", () => {
  const lock = vi.fn();
  const stop = lockWhenIdle(() => 10, lock);
  vi.setSystemTime(Date.now() + 8 * 60 * MINUTE);
  vi.advanceTimersByTime(5_000);
  expect(lock).toHaveBeenCalledOnce();
  stop();
});

test("zero minutes is never", () => {
  const lock = vi.fn();
  const stop = lockWhenIdle(() => 0, lock);
  vi.advanceTimersByTime(600 * MINUTE);
  expect(lock).not.toHaveBeenCalled();
  stop();
});
