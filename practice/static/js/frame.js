// What every page does: "/" finds a patient, menus close, pages kept by the browser are fetched again.

document.addEventListener("keydown", (event) => {
  const box = document.querySelector("[data-search]");
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && box && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    box.focus();
    box.select();
  }
  if (event.key === "Escape") closeAll(event.target);
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  if (!event.target.closest(".bar-search")) emptyHits();
});

// Arrow keys walk from the search box into what it found, and back.
document.querySelector(".bar-search")?.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const stops = [event.currentTarget.querySelector("[data-search]"), ...event.currentTarget.querySelectorAll("#hits a")];
  const next = stops[stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1)];
  if (next) { event.preventDefault(); next.focus(); }
});

function closeAll(target) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    if (menu.contains(target)) menu.querySelector("summary").focus();
  }
  if (target.closest(".bar-search")) { emptyHits(); document.querySelector("[data-search]").focus(); }
}

function emptyHits() {
  document.getElementById("hits")?.replaceChildren();
}

// Going back must not show a page from before signing out, or a note from before saving.
window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });

// Two sheets that are tabs on a narrow screen (note page).
for (const group of document.querySelectorAll(".has-tabs")) {
  const buttons = [...group.querySelectorAll(".note-tabs button")];
  const show = (name) => {
    for (const button of buttons) button.setAttribute("aria-selected", String(button.dataset.shows === name));
    for (const panel of group.querySelectorAll("[data-note-panel]")) {
      panel.classList.toggle("is-behind", panel.dataset.notePanel !== name);
    }
  };
  for (const [place, button] of buttons.entries()) {
    button.addEventListener("click", () => show(button.dataset.shows));
    button.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
      const other = buttons[(place + (event.key === "ArrowRight" ? 1 : buttons.length - 1)) % buttons.length];
      other.focus();
      show(other.dataset.shows);
    });
  }
}
