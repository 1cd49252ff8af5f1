// Helps while writing a note, in every text of a form that saves itself:
//   own abbreviations are written out when a space, a line end or a sign follows them; Ctrl+Z takes it back
//   Alt+I opens the form's <details data-inserts>; its buttons fetch a text and put it at the caret
//     <button type="button" data-insert="/where/" data-key="p">…</button>   answer: {"text": "…"}
// Nothing is kept in the browser: the abbreviations come with each page, and only when somebody writes.

const LOOK_BACK = 40; // characters before the caret in which an abbreviation can stand
const AFTER = /^[\s.,;:!?)\]"'’”/]$/;
const texts = "form[data-autosave] textarea";

let shorthand = null;
let writingOut = false;
let last = null; // the text that was written in last, for the buttons beside it

async function learn() {
  shorthand = new Map();
  const answer = await fetch(document.body.dataset.shorthand, { headers: { "Practice-Poll": "1" } }).catch(() => null);
  shorthand = answer?.ok ? new Map(Object.entries(await answer.json())) : null; // asked for again at the next focus
}

// Through the editing command, so that Ctrl+Z knows of it.
function put(text, words, from, to) {
  text.focus();
  text.setSelectionRange(from, to);
  if (!document.execCommand("insertText", false, words)) {
    text.setRangeText(words, from, to, "end");
    text.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText" }));
  }
}

function writtenOut(word) {
  if (shorthand.has(word)) return shorthand.get(word);
  const small = word.toLowerCase();
  if (word === small || !shorthand.has(small)) return null;
  const long = shorthand.get(small);
  return long.charAt(0).toUpperCase() + long.slice(1);
}

document.addEventListener("focusin", (event) => {
  if (!event.target.matches?.(texts)) return;
  last = event.target;
  if (!shorthand && document.body.dataset.shorthand) learn();
});

document.addEventListener("input", (event) => {
  const text = event.target;
  if (writingOut || !shorthand?.size || !text.matches?.(texts) || event.isComposing) return;
  const typed = event.inputType === "insertLineBreak" ? "\n" : event.data;
  if (!typed || !AFTER.test(typed)) return;
  const end = text.selectionStart - 1;
  const before = text.value.slice(Math.max(0, end - LOOK_BACK), end);
  const word = /(?:^|[\s("'“‘[])([^\s("'“‘[]+)$/.exec(before)?.[1];
  const long = word && writtenOut(word);
  if (!long) return;
  writingOut = true;
  put(text, long + typed, end - word.length, end + 1);
  writingOut = false;
});

// A text for the caret: the last plan, the goals, the latest measures.
async function insert(button) {
  const form = button.closest("form");
  const text = last?.form === form ? last : form.querySelector("textarea");
  const said = form.querySelector("[data-insert-said]");
  const at = [text.selectionStart, text.selectionEnd];
  button.closest("details").open = false;
  const answer = await fetch(button.dataset.insert, { headers: { "Practice-Poll": "1" } }).catch(() => null);
  const told = await answer?.json?.().catch(() => null);
  if (told?.text) {
    const gap = at[0] && text.value[at[0] - 1] !== "\n" ? "\n" : "";
    put(text, gap + told.text, ...at);
  } else {
    text.focus();
  }
  said.textContent = told?.text ? "" : told ? "There is nothing to insert yet." : "That could not be fetched. Try again.";
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  if (button) insert(button);
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest("form")?.querySelector("details[data-inserts]");
  if (!menu) return;
  if (event.altKey && event.code === "KeyI") {
    event.preventDefault();
    menu.open = true;
    menu.querySelector("[data-insert]").focus();
  } else if (menu.open && menu.contains(event.target)) {
    choose(event, menu, [...menu.querySelectorAll("[data-insert]")]);
  }
});

function choose(event, menu, buttons) {
  const at = buttons.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const named = buttons.find((button) => button.dataset.key === event.key.toLowerCase());
  if (step) { event.preventDefault(); buttons.at((at + step) % buttons.length).focus(); }
  else if (named && !event.ctrlKey && !event.metaKey) { event.preventDefault(); insert(named); }
  else if (event.key === "Escape") { menu.open = false; last?.focus(); }
}
