// Choosing single words to leave out: select them in the read-only text, press the button, and they stand as one more
// ticked line below. In a textarea marked readonly Chromium moves no caret, so Shift and the arrow keys would select
// nothing: here it is not readonly, and every change is refused instead. Without this script whole sentences are
// ticked. Positions count characters, not UTF-16 units.

const points = (text) => [...text].length;

for (const part of document.querySelectorAll("[data-part]")) {
  const tool = part.querySelector("[data-words]");
  const text = tool.querySelector("textarea");
  const said = tool.querySelector("[role=status]");
  const chosen = part.querySelector("[data-chosen]");

  text.readOnly = false;
  text.setAttribute("aria-readonly", "true");
  text.inputMode = "none";
  text.spellcheck = false; // what it says is not for a checker that asks elsewhere
  const written = text.value;
  text.addEventListener("beforeinput", (event) => event.preventDefault());
  text.addEventListener("input", () => { text.value = written; }); // an input method's changes cannot be prevented

  tool.querySelector("button").addEventListener("click", () => {
    const { value, selectionStart: from, selectionEnd: to } = text;
    const words = value.slice(from, to);
    if (!words.trim()) { said.textContent = "Select the words first."; text.focus(); return; }
    const start = points(value.slice(0, from));
    const mark = `${part.dataset.part}:${start}:${start + points(words)}`;
    const id = `mark-${mark}`;
    if (!document.getElementById(id)) {
      const line = document.createElement("li");
      const check = Object.assign(document.createElement("div"), { className: "form-check" });
      const box = Object.assign(document.createElement("input"), { className: "form-check-input", type: "checkbox", name: "mark", value: mark, id, checked: true });
      const label = Object.assign(document.createElement("label"), { className: "form-check-label", htmlFor: id, textContent: `“${words}”` });
      label.dir = "auto";
      check.append(box, label);
      line.append(check);
      chosen.append(line);
      box.dispatchEvent(new Event("input", { bubbles: true }));
    }
    document.getElementById(id).checked = true;
    said.textContent = "Marked below.";
  });
  tool.hidden = false;
}
