// Forms: Ctrl+S saves, Ctrl+Enter signs, leaving with unsaved words asks first, no double sending, print buttons.
//
// <form data-keys> gets the keys: Ctrl+S saves (autosave.js, or its <button data-save>), Ctrl+Enter presses its
// <button data-sign>; several such forms on a page are told apart by where the caret is. <form data-warn-unsaved> asks before leaving once something was typed; code that
// saves by itself sends a "saved" event on the form when the server has the text.

import { askedLately, cover, covered, holds, signInState } from "./cover.js";

const changed = new Set();

const typed = new Set(); // every form somebody typed into, whether leaving it asks or not
document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.method === "post" && !form.matches("[role=search]")) typed.add(form);
  if (form?.matches("[data-warn-unsaved]")) changed.add(form);
});
document.addEventListener("saved", (event) => { changed.delete(event.target); typed.delete(event.target); });

// Words typed into a form are sent only while the sign-in lasts: otherwise the page is covered with them, and they are
// there again after signing in on the spot.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!document.body.dataset.stillHere || document.querySelector(".entrance") || covered() || askedLately()) return;
  if (!typed.has(form) || form.dataset.autosave !== undefined || form.dataset.asked) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const state = await signInState();
  if (state === "ended" || state === "other") { cover(); return; }
  form.dataset.asked = "yes";
  form.requestSubmit(event.submitter);
  delete form.dataset.asked;
}, true);

document.addEventListener("submit", (event) => {
  const form = event.target;
  changed.delete(form);
  typed.delete(form);
  if (form.method !== "post" || form.matches("[role=search]")) return;
  if (form.dataset.sending) { event.preventDefault(); return; }
  form.dataset.sending = "yes";
  setTimeout(() => delete form.dataset.sending, 4000);
});

window.addEventListener("beforeunload", (event) => {
  if ([...changed].some((form) => form.isConnected || holds(form))) event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey)) return;
  const wanted = { s: "[data-save]", Enter: "[data-sign]" }[event.key];
  if (!wanted) return;
  const form = event.target.closest("form[data-keys]") ?? document.querySelector("form[data-keys]");
  if (!form) return;
  event.preventDefault();
  const button = form.querySelector(wanted);
  if (button && !button.disabled) button.click();
  else if (event.key === "s") form.dispatchEvent(new Event("save-now"));
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// The first field with something to mend gets the caret.
document.querySelector("form .is-invalid")?.focus();
