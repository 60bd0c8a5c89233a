/**
 * Questions that something on the screen asks again whenever what it shows changes. An answer can come after
 * the question was changed, or after whoever asked is gone: it is no answer any more.
 */

import type { Failure } from "./ipc/bindings";
import { asFailure } from "./ipc/desk";

/** Takes a question back, as effects do before they run again and when what they are of goes. */
type TakeBack = () => void;

/** Tells the answer to a question, or why there is none, unless it was taken back. */
export function whileAsked<T>(
  question: Promise<T>,
  answered: (answer: T) => void,
  failed: (failure: Failure) => void,
): TakeBack {
  let isAsked = true;
  question.then(
    (answer) => isAsked && answered(answer),
    (thrown: unknown) => isAsked && failed(asFailure(thrown)),
  );
  return () => void (isAsked = false);
}

/** Asks once nothing has changed for so many milliseconds. */
export function afterPause(ms: number, ask: () => TakeBack): TakeBack {
  let takeBack: TakeBack | undefined;
  const pause = setTimeout(() => (takeBack = ask()), ms);
  return () => {
    clearTimeout(pause);
    takeBack?.();
  };
}
