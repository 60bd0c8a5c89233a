// The one door to the house: the generated commands, unwrapped. A refusal is thrown as `Failure`.
import { commands, events, type Failure } from "./bindings";

type Answer<T> = { status: "ok"; data: T } | { status: "error"; error: Failure };
type Unwrapped<F> = F extends (...args: infer A) => Promise<Answer<infer T>>
  ? (...args: A) => Promise<T>
  : never;

/** Every user action, as a function that resolves to its result. */
export type Desk = { [K in keyof typeof commands]: Unwrapped<(typeof commands)[K]> } & {
  /** Calls back after every commit; returns how to stop. */
  onChanged(listener: () => void): () => void;
  /** Calls back while a look-up runs or a file comes in. */
  onProgress(listener: (done: number, total: number) => void): () => void;
  /** Calls back while a vault that an earlier Farol wrote is brought up to date. */
  onUpgrading(listener: (it: import("./bindings").Upgrading) => void): () => void;
  /** Calls back when the computer is about to sleep, or its screen was locked. */
  onLockAsked(listener: () => void): () => void;
  /** Calls back with its name when a bundle was dropped on the window. */
  onBundleDropped(listener: (name: string) => void): () => void;
  /** Calls back when files were dropped on the window. */
  onFilesImported(
    listener: (results: import("./bindings").ImportResult[]) => void,
  ): () => void;
};

/** Whether something thrown is a `Failure` of the house. */
export function isFailure(it: unknown): it is Failure {
  return typeof it === "object" && it !== null && "code" in it && "hint" in it;
}

/** What was thrown, as a `Failure` that can be shown. */
export function asFailure(it: unknown): Failure {
  if (isFailure(it)) return it;
  return {
    code: "failed",
    message: "The window could not reach the desk.",
    hint: "Nothing was changed. Restart Farol if it happens again.",
  };
}

function listen<P>(
  source: { listen(cb: (event: { payload: P }) => void): Promise<() => void> },
  listener: (payload: P) => void,
): () => void {
  const stop = source.listen((event) => listener(event.payload));
  return () => void stop.then((it) => it());
}

const unwrapped = Object.fromEntries(
  Object.entries(commands).map(([name, command]) => [
    name,
    async (...args: unknown[]) => {
      const answer = await (command as (...args: unknown[]) => Promise<Answer<unknown>>)(...args);
      if (answer.status === "error") throw answer.error;
      return answer.data;
    },
  ]),
);

export const desk = {
  ...unwrapped,
  onChanged: (listener: () => void) => listen(events.changed, listener),
  onProgress: (listener: (done: number, total: number) => void) =>
    listen(events.progress, (it) => listener(it.done, it.total)),
  onUpgrading: (listener: (it: import("./bindings").Upgrading) => void) =>
    listen(events.upgrading, listener),
  onFilesImported: (listener: (results: import("./bindings").ImportResult[]) => void) =>
    listen(events.filesImported, listener),
  onBundleDropped: (listener: (name: string) => void) => listen(events.bundleDropped, listener),
  onLockAsked: (listener: () => void) => listen(events.lockAsked, listener),
} as Desk;
