import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

// The window's content security policy allows files of our own only: nothing is inlined.
export default defineConfig({
  plugins: [svelte()],
  envPrefix: ["VITE_"],
  resolve: {
    alias: { $lib: fileURLToPath(new URL("./src/lib", import.meta.url)) },
    conditions: process.env.VITEST ? ["browser"] : undefined,
  },
  // Tests read the templates that ship; the window reads files of its own only.
  server: { fs: { allow: [".", "../src-tauri/crates/compose/templates"] } },
  build: {
    target: "safari16",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1000,
  },
  test: { environment: "happy-dom", include: ["src/**/*.test.ts"] },
});
