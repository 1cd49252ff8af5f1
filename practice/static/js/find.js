// Finding a patient: "/" goes to the box, the first few show while typing, arrows walk through them, Enter shows all.
// What is typed goes by POST, so that no name stands in an address or in a log of addresses.

import { token } from "./cover.js";

const form = document.querySelector(".bar-search");
const box = form?.querySelector("[data-search]");
const hits = form?.querySelector("#hits");

let timer = null;
let asking = null;

async function ask() {
  asking?.abort();
  asking = new AbortController();
  const answer = await fetch(form.action, {
    method: "POST", body: new FormData(form), signal: asking.signal,
    headers: { "X-CSRFToken": token(), "X-Requested-With": "find" },
  }).catch(() => null);
  if (answer?.ok && box.value) hits.innerHTML = await answer.text();
}

function walk(event) {
  if (event.key === "Escape") { hits.replaceChildren(); box.focus(); }
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const stops = [box, ...hits.querySelectorAll("a")];
  const next = stops[stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1)];
  if (next) { event.preventDefault(); next.focus(); }
}

if (form) {
  box.addEventListener("input", () => {
    clearTimeout(timer);
    if (box.value) timer = setTimeout(ask, 250);
    else hits.replaceChildren();
  });
  form.addEventListener("submit", () => clearTimeout(timer));
  form.addEventListener("keydown", walk);
  document.addEventListener("click", (event) => { if (!form.contains(event.target)) hits.replaceChildren(); });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey || !box.isConnected) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
}
