// "Carried over from …: check it" stands beside a section until somebody edits it; the server keeps the same rule.
document.addEventListener("input", (event) => {
  event.target.closest?.(".note-section")?.querySelector("[data-carried]")?.remove();
});
