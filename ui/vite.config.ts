import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/**
 * The window freezes the prototype of all objects, so that nothing a page reads can change it. Cytoscape assigns a
 * `toString` of its own to what inherits from it, which such a page refuses; defining it does the same.
 */
function beneathFrozenObjects(): Plugin {
  const assign = "Object.assign.bind(Object)";
  const define = `((to, ...from) => {
    for (const it of from) for (const key of Object.keys(it ?? {}))
      Object.defineProperty(to, key, { value: it[key], writable: true, enumerable: true, configurable: true });
    return to;
  })`;
  return {
    name: "beneath-frozen-objects",
    transform(code, id) {
      if (!id.includes("/cytoscape/dist/")) return null;
      if (!code.includes(assign)) this.error("cytoscape no longer assigns as it did; see whether it still needs this");
      return { code: code.replace(assign, define), map: null };
    },
  };
}

// The window's content security policy allows files of our own only: nothing is inlined.
export default defineConfig({
  plugins: [svelte(), beneathFrozenObjects()],
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
