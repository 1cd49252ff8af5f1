// Moving a sentence between the sealed sheet and the progress note beside it (or the one of the same session, unseen).
//
// Both forms are saved first and held while the move is made, so that text and version of each change together; what is
// typed meanwhile is kept. The same token goes out with every try: however often it is sent, it is one move.

import { token as formToken } from "./cover.js";

const TRIES = [0, 1000, 3000, 6000]; // milliseconds to wait before each

export const chartPanel = () => document.querySelector("[data-note]");
export const chartForm = () => chartPanel()?.querySelector("form[data-autosave]") ?? null;
export const sealedForm = () => document.querySelector("form[data-out]");
export const versionOf = (form) => form?.elements.namedItem("version")?.value ?? "";

// Sends one move. Out: {told, bases} when it was made, {problem, href} when not, {warning} to be answered first.
export async function move(url, given) {
  const forms = [sealedForm(), chartForm()].filter(Boolean);
  for (const form of forms) {
    if (form.settle && !(await form.settle())) return { problem: "Not moved: what is written is not saved yet." };
  }
  for (const form of forms) form.dataset.held = "yes";
  try {
    return await send(url, given(), forms);
  } finally {
    for (const form of forms) delete form.dataset.held;
  }
}

async function send(url, given, forms) {
  const bases = new Map(forms.flatMap((form) => [...form.querySelectorAll("textarea")].map((field) => [field, field.value])));
  const body = new FormData();
  for (const [name, value] of Object.entries(given)) if (value !== undefined && value !== null) body.set(name, value);
  for (const wait of TRIES) {
    await new Promise((done) => setTimeout(done, wait));
    const answer = await fetch(url, {
      method: "POST", body, redirect: "manual", headers: { "X-CSRFToken": formToken(), "X-Requested-With": "move" },
    }).catch(() => null);
    const told = await answer?.json?.().catch(() => null);
    if (answer?.ok && told) return { told, done: apply(told, bases) };
    if (told?.warning || told?.problem) return told;
    if (answer && answer.status < 500) break;
  }
  return { problem: "Not moved: no answer. The sentence is still here; try again." };
}

// Both ends as the server has them now, in the page. Out: what is needed to move it back.
function apply(told, bases) {
  const sealed = sealedForm(), chart = chartForm();
  const text = sealed.elements.namedItem("text");
  const ends = { sealed: cut(told.sealed.edit, bases.get(text)), chart: null };
  sealed.took?.(told.sealed, change(text, told.sealed, bases));
  if (chart && chartPanel().dataset.note === told.chart.note) {
    const field = chart.elements.namedItem(`s_${told.chart.section}`);
    ends.chart = cut(told.chart.edit, bases.get(field));
    chart.took?.(told.chart, change(field, told.chart, bases));
  } else if (told.chart.edit) {
    ends.chart = { start: told.chart.edit.start, removed: "", text: told.chart.edit.text };
  }
  return ends;
}

function cut(edit, base) {
  return edit ? { start: edit.start, removed: base.slice(edit.start, edit.end), text: edit.text } : null;
}

// True when the field now says exactly what the server has; what was typed during the move stays, and is saved next.
function change(field, told, bases) {
  const base = bases.get(field), now = field.value;
  if (told.edit) {
    const by = shift(base, now, told.edit);
    if (by === null) return false;
    field.setRangeText(told.edit.text, told.edit.start + by, told.edit.end + by, "preserve");
  } else if (now === base && told.text !== undefined && told.text !== now) {
    const { selectionStart, selectionEnd } = field;
    field.value = told.text;
    field.setSelectionRange(selectionStart, selectionEnd);
  }
  return now === base;
}

// How far the place of an edit has moved by typing meanwhile, or null when the typing touched it.
function shift(base, now, { start, end }) {
  if (now === base) return 0;
  if (now.slice(0, end) === base.slice(0, end)) return 0;
  const by = now.length - base.length;
  return now.slice(start + by) === base.slice(start) && start + by >= 0 ? by : null;
}
