// The shared part of a session: after each save the server says whether it names a participant.

document.addEventListener("saved", ({ target, detail }) => {
  const alarm = target.querySelector?.("[data-shared-names]");
  if (!alarm || !detail?.named) return;
  alarm.querySelector("[data-names]").textContent = detail.named.join(", ");
  alarm.hidden = detail.named.length === 0;
});
