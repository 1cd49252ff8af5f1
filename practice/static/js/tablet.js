// The screen in the patient's hands. Left untouched it is covered, so that nobody reads the answers in passing. They wait
// in the memory of the page, and are sent when the tablet is given back: nothing that was answered is lost.

const page = document.querySelector("[data-cover-after]");
const after = Number(page.dataset.coverAfter) * 1000;
let last = Date.now();
let kept = null;

function cover() {
  kept = document.createDocumentFragment();
  kept.append(...page.childNodes);
  page.innerHTML = `<div class="tablet-only"><h1>Please give the tablet back</h1>
    <p></p>
    <div class="tablet-foot"><button class="btn btn-secondary" type="button" data-on></button>
    <button class="btn btn-primary" type="button" data-give>Give the tablet back</button></div></div>`;
  page.querySelector("p").textContent = page.dataset.coverWords || "The questions are covered. Your answers are still here.";
  page.querySelector("[data-on]").textContent = page.dataset.coverOn || "Go on answering";
  page.querySelector("[data-on]").addEventListener("click", uncover);
  page.querySelector("[data-give]").addEventListener("click", () => {
    uncover();
    const stop = page.querySelector("[data-stop]");
    stop.form.requestSubmit(stop);
  });
  page.focus();
}

function uncover() {
  page.replaceChildren(kept);
  kept = null;
  last = Date.now();
}

for (const kind of ["keydown", "pointerdown", "wheel", "touchstart", "input"]) {
  document.addEventListener(kind, () => { last = Date.now(); }, { passive: true, capture: true });
}
setInterval(() => { if (!kept && Date.now() - last >= after) cover(); }, 1000);
