// What is wrong with a form, listed while somebody ticks and types: <form data-defects="/address/"> is sent there without
// its file, and the answer replaces what [data-defects-list] holds. Without a script the list comes with the form.

const form = document.querySelector("form[data-defects]");
const list = document.querySelector("[data-defects-list]");
const PAUSE = 250;
let waiting = 0;
let asked = 0;

async function look() {
  const mine = ++asked;
  const fields = new FormData(form);
  for (const [name, value] of [...fields]) if (value instanceof File) fields.delete(name);
  const how = { method: "POST", body: fields, redirect: "manual" };
  const answer = await fetch(form.dataset.defects, how).catch(() => null);
  if (mine !== asked) return; // a newer question is on its way
  if (answer?.ok) list.innerHTML = await answer.text();
  else list.textContent = "The list could not be brought up to date. It is checked again when you file it.";
}

form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(look, PAUSE);
});
