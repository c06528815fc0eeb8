import { defineConfig } from "vite";

// The script of the report; its style is written by hand beside the Python that makes the page.
export default defineConfig({
  build: {
    lib: { entry: "src/report.ts", formats: ["iife"], name: "triptychReport", fileName: () => "report.js" },
    outDir: "../src/triptych/pages/assets",
    emptyOutDir: false,
    target: "es2022",
  },
});
