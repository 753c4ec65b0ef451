// Builds both consoles in one go, so that they share what they have in common. Every file gets its content's hash into
// its name and they all lie in one folder; URLs in them are relative, so the files work below any path.
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = fileURLToPath(new URL(".", import.meta.url));

export default defineConfig({
  root: here,
  base: "./",
  publicDir: false,
  logLevel: "warn",
  // The consoles' package and ours must see one React and one translator.
  resolve: { dedupe: ["react", "react-dom", "react-router-dom", "react-i18next", "i18next", "react-hook-form"] },
  esbuild: { jsx: "automatic", legalComments: "none" },
  build: {
    target: "es2022",
    outDir: "dist",
    assetsDir: "",
    assetsInlineLimit: 0, // the content security policy knows no data: scripts, styles or fonts
    manifest: "manifest.json",
    chunkSizeWarningLimit: 8192,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: { admin: resolve(here, "console/main.jsx"), account: resolve(here, "account/main.jsx") },
      // Directives such as "use client" in libraries mean nothing here.
      onwarn: (warning, warn) => (warning.code === "MODULE_LEVEL_DIRECTIVE" ? undefined : warn(warning)),
    },
  },
});
