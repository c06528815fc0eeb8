import { defineConfig } from "vite";

// The cosmos: a script and a style sheet like those of the map.
export default defineConfig({
  build: {
    lib: {
      entry: "src/cosmos.ts",
      formats: ["iife"],
      name: "triptychCosmos",
      fileName: () => "cosmos.js",
      cssFileName: "cosmos",
    },
    outDir: "../src/triptych/pages/assets",
    emptyOutDir: false,
    target: "es2022",
  },
});
