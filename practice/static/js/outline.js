// An outline whose rows come, go and move without leaving the page. The same buttons work without this script: they
// post the form, and the server does the same to the draft.
//
//   <form data-outline> … <fieldset data-row="goal" id="row-ID"> <legend data-name> … <div data-below="objective">
//   <template data-blank="goal"> a row whose id is the word NEW

const form = document.querySelector("form[data-outline]");
const said = form?.querySelector("[data-outline-said]");
const LISTS = "[data-below]";

const rowsOf = (list) => [...list.children].filter((child) => child.matches("[data-row]"));
const rowOf = (ident) => document.getElementById(`row-${ident}`);
const nameOf = (row) => row.querySelector("[data-name]").textContent;
const capital = (word) => word[0].toUpperCase() + word.slice(1);

function renumber(list, before = "") {
  rowsOf(list).forEach((row, place) => {
    const number = `${before}${place + 1}`;
    const name = `${capital(row.dataset.row)} ${number}`;
    row.querySelector("[data-name]").textContent = name;
    row.querySelector("[role=group]").setAttribute("aria-label", name);
    const below = row.querySelector(LISTS);
    if (below) renumber(below, `${number}.`);
  });
}

function changed(words) {
  for (const list of form.querySelectorAll('[data-below="problem"], [data-below="intervention"]')) renumber(list);
  said.textContent = words();
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

function add(kind, button) {
  const ident = crypto.randomUUID();
  const blank = document.querySelector(`template[data-blank="${kind}"]`);
  const holder = document.createElement("div");
  holder.innerHTML = blank.innerHTML.replaceAll("NEW", ident);
  const row = holder.firstElementChild;
  button.previousElementSibling.append(row);
  changed(() => `${nameOf(row)} added.`);
  row.querySelector("textarea").focus();
}

function move(row, button, neighbor, after) {
  if (!neighbor) { said.textContent = `${nameOf(row)} stands there already.`; return; }
  neighbor[after ? "after" : "before"](row);
  changed(() => `Moved: now ${nameOf(row)}.`);
  button.focus();
}

function remove(row) {
  const name = nameOf(row);
  const written = [...row.querySelectorAll("textarea, input[type=text]")].some((field) => field.value.trim());
  if (written && !window.confirm(`Take out ${name.toLowerCase()} and what stands below it?`)) return;
  const list = row.parentElement;
  const next = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  changed(() => `${name} taken out.`);
  (next?.querySelector("textarea") ?? list.nextElementSibling)?.focus();
}

form?.addEventListener("click", (event) => {
  const button = event.target.closest("button[name]");
  if (!button || !["add", "up", "down", "remove"].includes(button.name)) return;
  if (button.name === "add" && !crypto.randomUUID) return; // not over plain http: the server adds the row
  event.preventDefault();
  if (button.name === "add") return add(button.value.split(":")[0], button);
  const row = rowOf(button.value);
  if (button.name === "remove") return remove(row);
  if (button.name === "up") return move(row, button, row.previousElementSibling, false);
  return move(row, button, row.nextElementSibling, true);
});
