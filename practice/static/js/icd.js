// Finding a code of ICD-10-CM: a box with a list that follows what is typed (ARIA combobox with a listbox). Arrows walk,
// Enter or a click takes, Escape closes; headings are passed over. Without this script a button finds, and plain
// choices follow. What is typed goes by POST, so that no word about a patient stands in an address or its log.

import { token } from "./cover.js";

const part = document.querySelector("[data-icd]");
const box = part?.querySelector("#id_sought");
const code = part?.querySelector("input[name=code]");

let timer = null;
let asking = null;
let active = null;

if (part) {
  part.querySelector("[name=find]").remove();
  const list = part.querySelector(".icd-line").appendChild(document.createElement("ul"));
  list.id = "icd-codes";
  list.hidden = true;
  list.className = "icd-list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Diagnoses");
  const said = part.appendChild(document.createElement("p"));
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "icd-codes",
  })) box.setAttribute(name, value);

  const options = () => [...list.querySelectorAll("[role=option]:not([aria-disabled])")];

  const mark = (option) => {
    active?.setAttribute("aria-selected", "false");
    active = option ?? null;
    if (!active) { box.removeAttribute("aria-activedescendant"); return; }
    active.setAttribute("aria-selected", "true");
    box.setAttribute("aria-activedescendant", active.id);
    active.scrollIntoView({ block: "nearest" });
  };

  const close = () => {
    clearTimeout(timer);
    asking?.abort();
    mark(null);
    list.hidden = true;
    box.setAttribute("aria-expanded", "false");
  };

  const take = (option) => {
    box.value = option.dataset.words;
    code.value = option.dataset.code;
    close();
    list.replaceChildren();
    said.textContent = `${option.dataset.words} is chosen.`;
  };

  const ask = async () => {
    asking?.abort();
    asking = new AbortController();
    const body = new FormData();
    body.append("sought", box.value);
    const answer = await fetch(part.dataset.icd, {
      method: "POST", body, signal: asking.signal,
      headers: { "X-CSRFToken": token(), "X-Requested-With": "codes" },
    }).catch(() => null);
    if (!answer?.ok || document.activeElement !== box) return;
    list.innerHTML = await answer.text();
    const found = options().length;
    list.hidden = !list.children.length;
    box.setAttribute("aria-expanded", String(!list.hidden));
    said.textContent = found ? `${found} found.` : "Nothing found. Fewer or shorter words find more.";
    mark(options()[0]);
  };

  box.addEventListener("input", () => {
    code.value = "";
    part.querySelector(".icd-found")?.remove(); // what the server offered was for other words
    clearTimeout(timer);
    if (box.value.trim().length > 1) timer = setTimeout(ask, 120);
    else { close(); list.replaceChildren(); }
  });
  box.addEventListener("keydown", (event) => {
    const all = options();
    if (event.key === "Escape" && !list.hidden) { event.preventDefault(); close(); return; }
    if (event.key === "Enter") { event.preventDefault(); if (!list.hidden && active) take(active); return; }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    if (!all.length) { if (!code.value && box.value.trim().length > 1) ask(); return; }
    if (list.hidden) { list.hidden = false; box.setAttribute("aria-expanded", "true"); mark(all[0]); return; }
    const step = event.key === "ArrowDown" ? 1 : -1;
    mark(all[(all.indexOf(active) + step + all.length) % all.length]);
  });
  box.addEventListener("blur", close);
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps the focus
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]:not([aria-disabled])");
    if (option) { take(option); box.focus(); }
  });
}
