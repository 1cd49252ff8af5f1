// What every page does: menus close, pages kept by the browser are fetched again, two sheets become tabs when narrow.

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    if (menu.contains(event.target)) menu.querySelector("summary").focus();
  }
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// A small window beside the rest: the link itself works without.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-popup]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (window.open(link.href, link.dataset.popup, "popup,width=400,height=640")) event.preventDefault();
});

// Going back must not show a page from before signing out, or a note from before saving.
window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });

// On a narrow screen the tabs scroll sideways: the one that is open must be seen.
const tabs = document.querySelector(".tabs");
const here = tabs?.querySelector("[aria-current]");
if (here) tabs.scrollLeft = here.offsetLeft - (tabs.clientWidth - here.offsetWidth) / 2;

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
