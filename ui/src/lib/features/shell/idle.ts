// The desk locks itself when nobody is there: after idle minutes, and at once after a sleep.

const LOOK_EVERY_MS = 5_000;
const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel"] as const;

/**
 * Calls `lock` when no sign of a person came for `minutes()` (0 is never). A computer that slept wakes
 * up to a clock that jumped, so its desk is locked before anybody can look. Returns how to stop.
 */
export function lockWhenIdle(minutes: () => number, lock: () => void): () => void {
  let last = Date.now();
  const sign = () => (last = Date.now());
  const look = () => {
    const idleMs = Date.now() - last;
    if (minutes() === 0 || idleMs < minutes() * 60_000) return;
    sign();
    lock();
  };
  for (const name of SIGNS) window.addEventListener(name, sign, { passive: true, capture: true });
  const timer = setInterval(look, LOOK_EVERY_MS);
  return () => {
    clearInterval(timer);
    for (const name of SIGNS) window.removeEventListener(name, sign, { capture: true });
  };
}
