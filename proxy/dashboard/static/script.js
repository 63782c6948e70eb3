// Theme, copying and live updates. Every page works without it.
"use strict";

const root = document.documentElement;
const stored = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
const store = (name, value) => { try { localStorage.setItem(name, value); } catch { /* private window */ } };
const tell = (text) => { document.getElementById("told").textContent = text; };

if (stored("theme")) root.dataset.theme = stored("theme");
document.getElementById("theme").addEventListener("click", () => {
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  store("theme", root.dataset.theme);
});

document.addEventListener("click", async (event) => {
  if (!event.target.matches(".copy")) return;
  const text = event.target.parentElement.querySelector("code").textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without https the clipboard is closed; the old way still works.
    const area = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  tell("Copied");
});

const live = document.getElementById("live");
let timer = null;
const refresh = async () => {
  const main = document.getElementById("main");
  // Whoever reads, types or selects in the page is not disturbed.
  if (main.contains(document.activeElement) && document.activeElement !== main) return;
  if (String(getSelection())) return;
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("main");
    if (fresh) main.replaceChildren(...fresh.childNodes);
  } catch {
    tell("The proxy does not answer");
  }
};
const follow = (on) => {
  live.setAttribute("aria-pressed", String(on));
  clearInterval(timer);
  timer = on ? setInterval(refresh, 2000) : null;
  store("live", on ? "1" : "");
};
live.addEventListener("click", () => follow(live.getAttribute("aria-pressed") !== "true"));
follow(stored("live") === "1");
