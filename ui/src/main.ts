import "@fontsource/inter/latin-400.css";
import "@fontsource/inter/latin-500.css";
import "@fontsource/inter/latin-600.css";
import "@fontsource/inter/latin-700.css";
import "@fontsource/jetbrains-mono/latin-400.css";
import "./tokens.css";
import "./app.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { desk } from "$lib/ipc/desk";
import { restoreLook } from "$lib/features/shell/look";

// Not awaited at the top: the isolation frame, which every call passes, waits for this module.
void restoreLook(desk).then(() => mount(App, { target: document.getElementById("app")!, props: { desk } }));
