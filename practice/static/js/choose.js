// Choosing documents: show one kind or some days only, tick all or none of what is shown, count what is ticked.
//
// The list [data-choose] holds plain boxes under their years; its tools [data-choose-tools] are shown from here only.
// What is not shown keeps its tick, and the count says so.

const list = document.querySelector("[data-choose]");
const tools = document.querySelector("[data-choose-tools]");

if (list && tools) {
  const [from, to] = tools.querySelectorAll("input[type=date]");
  const chips = [...tools.querySelectorAll("[data-kind]")];
  const rows = [...list.querySelectorAll("li[data-kind]")];
  const box = (row) => row.querySelector("input[type=checkbox]");
  let kind = "";

  const fits = ({ dataset: { kind: its, on } }) =>
    (!kind || its === kind) && (!from.value || (on && on >= from.value)) && (!to.value || (on && on <= to.value));

  const count = () => {
    const ticked = rows.filter((row) => box(row).checked);
    const unseen = ticked.filter((row) => row.hidden).length;
    const words = `${ticked.length} of ${rows.length} ticked${unseen ? `, ${unseen} of them not shown` : ""}`;
    tools.querySelector("[data-count]").textContent = words;
  };

  const show = () => {
    for (const row of rows) row.hidden = !fits(row);
    for (const year of list.querySelectorAll("[data-year]")) year.hidden = !year.querySelector("li:not([hidden])");
    for (const chip of chips) {
      const on = chip.dataset.kind === kind;
      chip.classList.toggle("pill-accent", on);
      chip.setAttribute("aria-pressed", on);
    }
    count();
  };

  tools.addEventListener("click", ({ target }) => {
    if (target.dataset.kind !== undefined) { kind = target.dataset.kind; show(); return; }
    if (!target.dataset.tick) return;
    const boxes = rows.filter((row) => !row.hidden).map(box).filter((one) => !one.disabled);
    for (const one of boxes) one.checked = target.dataset.tick === "yes";
    boxes[0]?.dispatchEvent(new Event("input", { bubbles: true }));
    count();
  });
  tools.addEventListener("input", (event) => { event.stopPropagation(); show(); });
  tools.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input")) event.preventDefault(); // it does not send the form
  });
  list.addEventListener("change", count);
  window.addEventListener("pageshow", show);
  tools.hidden = false;
  show();
}
