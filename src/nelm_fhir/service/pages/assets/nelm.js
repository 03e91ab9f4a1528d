// Makes the worklist quick where scripts run; without it every link and button does the same by itself.
// What has `data-swaps` replaces one part of the page by the same part of the page that it leads to.
"use strict";

let last = 0;

async function swap(id, address, record) {
  const mine = ++last;
  const part = document.getElementById(id);
  part.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(id);
    if (mine !== last) return; // a later choice is already on its way
    if (!answer.ok || !fresh) { location.assign(address); return; }
    part.replaceWith(document.adoptNode(fresh));
    if (record) history.pushState(null, "", address);
  } catch {
    location.assign(address);
  }
}

function chosen(form) {
  const query = new URLSearchParams(new FormData(form));
  for (const [name, value] of [...query]) if (!value) query.delete(name);
  const told = query.toString();
  return form.getAttribute("action") + (told ? `?${told}` : "");
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-swaps]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  swap(link.dataset.swaps, link.getAttribute("href"), true);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.swaps) return;
  event.preventDefault();
  swap(form.dataset.swaps, chosen(form), true);
});

let soon;
document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form?.dataset.swaps) return;
  clearTimeout(soon);
  soon = setTimeout(() => swap(form.dataset.swaps, chosen(form), true), 250);
});

addEventListener("popstate", () => location.reload());
