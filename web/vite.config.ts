import { defineConfig } from "vite";

// One classic script and one style sheet with fixed names: the Python package inlines both and hashes them.
export default defineConfig({
  build: {
    lib: { entry: "src/main.ts", formats: ["iife"], name: "triptych", fileName: () => "map.js", cssFileName: "map" },
    outDir: "../src/triptych/pages/assets",
    emptyOutDir: false,
    target: "es2022",
  },
  test: { include: ["test/**/*.test.ts"] },
});
