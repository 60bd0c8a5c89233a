// What the whole window shares: the desk, where we are, messages, and what a person can do.
import { createContext, untrack } from "svelte";
import type { CaseFilter, CaseSort, Failure, OpenedFile, VaultStatus } from "$lib/ipc/bindings";
import { asFailure, type Desk } from "$lib/ipc/desk";
import type { Action } from "$lib/actions";

export type Route =
  | { view: "queue"; select?: string }
  | { view: "cases" | "lookups" | "documents" | "templates" | "handover" | "settings" | "leaving" }
  | { view: "case" | "document" | "lookup-list"; id: string };

/** Where somebody was in a list. */
export type Place = { selected: string | null; scroll: number; filter?: CaseFilter; sort?: CaseSort };

export type Message = { id: number; tone: "plain" | "danger"; text: string; hint?: string };

export class App {
  readonly desk: Desk;
  status = $state.raw<VaultStatus | null>(null);
  route = $state.raw<Route>({ view: "queue" });
  messages = $state.raw<Message[]>([]);
  savedAt = $state.raw<string | null>(null);
  /** A signed file that somebody just opened. */
  opened = $state.raw<OpenedFile | null>(null);
  /** The name of a bundle that somebody just chose or dropped. */
  bundle = $state.raw<string | null>(null);
  /** Counts commits; a `LiveQuery` asks again when it grows. */
  version = $state(0);
  /** What is selected where, so that going back lands on exactly the same line. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- remembered, never shown
  readonly places = new Map<string, Place>();
  /** Half-written notes by case. They outlive a lock in memory, and never reach the disk. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- remembered, never shown
  readonly unsent = new Map<string, string>();
  /** What has to be saved before the desk may be locked. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- remembered, never shown
  readonly unsaved = new Set<() => Promise<boolean>>();
  #history: Route[] = [];
  #actions = $state.raw<Action[]>([]);
  #nextMessage = 1;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(desk: Desk) {
    this.desk = desk;
  }

  get actions(): Action[] {
    return this.#actions.filter((it) => it.when?.() ?? true);
  }

  /** Adds actions while a screen is shown; returns how to take them away. */
  register(actions: Action[]): () => void {
    // Whoever registers must not run again because somebody else registered.
    const registered = untrack(() => this.#actions);
    this.#actions = [...actions, ...registered];
    return () => {
      this.#actions = untrack(() => this.#actions).filter((it) => !actions.includes(it));
    };
  }

  go(route: Route): void {
    this.#history.push(this.route);
    this.route = route;
  }

  back(): void {
    const before = this.#history.pop();
    if (before) this.route = before;
    else if (this.route.view !== "queue") this.route = { view: "queue" };
  }

  /** Saves what is being written, closes the vault, and clears the screen. */
  async lock(): Promise<void> {
    try {
      const saved = await Promise.all([...this.unsaved].map((save) => save()));
      // Losing text is worse than a desk that stays open; the page says why it could not be saved.
      if (saved.includes(false)) return;
      this.status = await this.desk.vaultLock();
      this.reset();
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  /** Forgets where we were; after locking nothing may be left on the screen. */
  reset(): void {
    this.#history = [];
    this.places.clear();
    this.messages = [];
    this.opened = null;
    this.bundle = null;
    this.route = { view: "queue" };
  }

  /** Lets a person pick a signed file; what it says and what can be done with it is shown over the page. */
  async openSigned(): Promise<void> {
    try {
      this.opened = await this.desk.signedFilePick();
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  /** Lets a person pick a bundle of cases; what is in it is shown before anything is taken in. */
  async pickBundle(): Promise<void> {
    try {
      this.bundle = await this.desk.bundlePick();
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  say(text: string): void {
    this.#show({ id: this.#nextMessage++, tone: "plain", text });
  }

  fail(thrown: unknown): Failure {
    const failure = asFailure(thrown);
    const { message: text, hint } = failure;
    this.#show({ id: this.#nextMessage++, tone: "danger", text, hint });
    return failure;
  }

  dismiss(id: number): void {
    this.messages = this.messages.filter((it) => it.id !== id);
  }

  /** Does something that changes the story; a failure is shown, and `null` comes back. */
  async attempt<T>(change: () => Promise<T>): Promise<T | null> {
    try {
      const done = await change();
      // eslint-disable-next-line svelte/prefer-svelte-reactivity -- an instant, not a state
      this.savedAt = new Date().toISOString();
      return done;
    } catch (thrown) {
      this.fail(thrown);
      return null;
    }
  }

  /**
   * Like `attempt`, once every change asked for in this way before is done: each arrow key on a
   * list of choices is a change, and the last must stand. Whether it was saved comes back.
   */
  inTurn(change: () => Promise<unknown>): Promise<boolean> {
    const saved = this.#turn.then(() => this.attempt(() => change().then(() => true)));
    this.#turn = saved;
    return saved.then((it) => it === true);
  }

  #show(message: Message): void {
    this.messages = [...this.messages.slice(-3), message];
    const stays = message.tone === "danger" ? 15_000 : 5_000;
    setTimeout(() => this.dismiss(message.id), stays);
  }
}

const [getApp, setApp] = createContext<App>();
export { getApp, setApp };

/**
 * What the store knows, asked again after every commit. The old value stays on the screen while a
 * new one is on its way. Make it while a component is set up.
 */
export class LiveQuery<T> {
  value = $state.raw<T | null>(null);
  failure = $state.raw<Failure | null>(null);
  #ask: () => Promise<T>;
  #latest = 0;

  constructor(app: App, ask: () => Promise<T>) {
    this.#ask = ask;
    $effect(() => {
      void app.version;
      void this.reload();
    });
  }

  async reload(): Promise<void> {
    const mine = ++this.#latest;
    try {
      const value = await this.#ask();
      if (mine !== this.#latest) return;
      this.value = value;
      this.failure = null;
    } catch (thrown) {
      if (mine === this.#latest) this.failure = asFailure(thrown);
    }
  }
}
