// The slides of the report: the same page, one stage at a time. Without this script the page is whole.
import { slideAfter } from "./slides";

const slides = [...document.querySelectorAll<HTMLElement>(".slide")];
const bar = document.createElement("div");
const place = document.createElement("span");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let shown = -1;
let scrolled = 0;

function button(name: string, label: string, act: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = name;
  made.setAttribute("aria-label", label);
  made.addEventListener("click", act);
  return made;
}

function show(next: number): void {
  if (shown < 0) scrolled = scrollY;
  shown = next;
  document.body.classList.add("slides");
  slides.forEach((slide, i) => slide.classList.toggle("shown", i === shown));
  document.querySelectorAll("nav a").forEach((link, i) => {
    if (i + 1 === shown) link.setAttribute("aria-current", "step");
    else link.removeAttribute("aria-current");
  });
  place.textContent = `${shown + 1} of ${slides.length}`;
  history.replaceState(null, "", `#slide-${shown + 1}`);
  scrollTo(0, 0);
  slides[shown].querySelector<HTMLElement>("h1, h2")?.focus({ preventScroll: true });
}

function leave(): void {
  const stage = slides[shown];
  shown = -1;
  document.body.classList.remove("slides");
  for (const slide of slides) slide.classList.remove("shown");
  document.querySelector("nav [aria-current]")?.removeAttribute("aria-current");
  history.replaceState(null, "", stage.id ? `#${stage.id}` : " ");
  if (stage.id) stage.scrollIntoView({ behavior: calm.matches ? "auto" : "smooth" });
  else scrollTo(0, scrolled);
  start.focus({ preventScroll: true });
}

const start = button("Slides", "Show as slides", () => show(0));
start.className = "start";
slides[0].append(start);

place.setAttribute("role", "status");
bar.className = "bar";
bar.append(
  button("‹", "Previous slide", () => show(slideAfter("ArrowLeft", shown, slides.length) ?? shown)),
  place,
  button("›", "Next slide", () => show(slideAfter("ArrowRight", shown, slides.length) ?? shown)),
  button("Leave", "Leave the slides", leave),
);
document.body.append(bar);

document.querySelectorAll("nav a").forEach((link, i) =>
  link.addEventListener("click", (event) => {
    if (shown < 0) return;
    event.preventDefault();
    show(i + 1);
  }),
);

addEventListener("keydown", (event) => {
  if (shown < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") return leave();
  const on = event.target instanceof Element ? event.target : document.body;
  // Keys that work the thing in focus stay with it.
  if (on.closest(".wide") && event.key.startsWith("Arrow")) return;
  if (on.closest("button, a, summary") && (event.key === " " || event.key === "Enter")) return;
  const next = slideAfter(event.shiftKey && event.key === " " ? "PageUp" : event.key, shown, slides.length);
  if (next === null) return;
  event.preventDefault();
  if (next !== shown) show(next);
});

const asked = /^#slide-(\d+)$/.exec(location.hash);
if (asked) show(Math.min(Math.max(Number(asked[1]), 1), slides.length) - 1);
