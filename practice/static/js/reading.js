// Reading many documents before they are approved: count what leaves, fold what was read, step from one to the next.
// Everything is on the page and folds without this script too; its tools are shown from here only.
//
//   <form data-reading> <section data-document id="row-ID"> <input type="checkbox"> <details open data-fold> …
//   [data-count]  [data-fold-all]  [data-step="1"], [data-step="-1"] (Alt+↓, Alt+↑)  [data-stays-out="row-ID"] in the index

const form = document.querySelector("form[data-reading]");
const pieces = form ? [...form.querySelectorAll("[data-document]")] : [];
const leaves = (piece) => piece.querySelector("input[type=checkbox]").checked;

function count() {
  form.querySelector("[data-count]").textContent = `${pieces.filter(leaves).length} of ${pieces.length}`;
  for (const mark of form.querySelectorAll("[data-stays-out]"))
    mark.hidden = leaves(document.getElementById(mark.dataset.staysOut));
}

const page = document.documentElement;
const top = () => parseFloat(getComputedStyle(page).scrollPaddingTop) || 0;

// What is scrolled to stands below the patient's header, however many lines that has.
function belowHeader() {
  const header = document.querySelector(".patient");
  const stays = header && getComputedStyle(header).position === "sticky";
  page.style.scrollPaddingTop = stays ? `${header.offsetHeight + 12}px` : "1rem";
}

// The document at the top of the window, below the patient's name; -1 above the first.
const here = () => pieces.findLastIndex((piece) => piece.getBoundingClientRect().top <= top() + 2);

function step(by) {
  const piece = pieces[Math.min(Math.max(here() + by, 0), pieces.length - 1)];
  piece.querySelector("[data-fold]").open = true;
  piece.scrollIntoView();
  piece.focus({ preventScroll: true });
}

// A document reached through the index is shown, however it was left.
function show() {
  const fold = document.getElementById(location.hash.slice(1))?.querySelector("[data-fold]");
  if (fold) fold.open = true;
}

if (pieces.length) {
  const all = form.querySelector("[data-fold-all]");
  form.addEventListener("change", count);
  form.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-step]");
    if (button) step(Number(button.dataset.step));
    if (target.closest("a[href^='#row-']")) setTimeout(show);
  });
  all?.addEventListener("click", () => {
    const open = all.getAttribute("aria-pressed") === "true";
    for (const piece of pieces) piece.querySelector("[data-fold]").open = open;
    all.setAttribute("aria-pressed", String(!open));
  });
  document.addEventListener("keydown", (event) => {
    const by = event.altKey && { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    step(by);
  });
  window.addEventListener("pageshow", count);
  window.addEventListener("resize", belowHeader);
  belowHeader();
  for (const tool of form.querySelectorAll("[data-reading-tool]")) tool.hidden = false;
  count();
}
