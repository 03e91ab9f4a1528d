// Makes the worklist quick where scripts run; without it every link and button does the same by itself.
// What has `data-swaps` replaces one part of the page by the same part of the page that it leads to.
"use strict";
let last = 0, soon;

async function swap(id, address, isStep) {
  const mine = ++last;
  document.getElementById(id).setAttribute("aria-busy", "true");
  const answer = await fetch(address, { credentials: "same-origin" }).catch(() => null);
  const page = new DOMParser().parseFromString((await answer?.text()) ?? "", "text/html");
  if (mine !== last) return; // a later choice is already on its way
  const fresh = answer?.ok && page.getElementById(id);
  if (!fresh) return location.assign(address);
  document.getElementById(id).replaceWith(document.adoptNode(fresh));
  history[isStep ? "pushState" : "replaceState"](null, "", address);
  document.querySelectorAll(`form[data-swaps="${id}"]`).forEach(follow);
}

function follow(form) { // a heading or the next page was chosen: the fields say so too
  const query = new URLSearchParams(location.search);
  for (const field of form.elements)
    if (field.name && field.type !== "hidden" && field !== document.activeElement)
      field.value = query.get(field.name) ?? "";
}

function chosen(form) {
  const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
  return form.getAttribute("action") + (query.size ? `?${query}` : "");
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-swaps]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  swap(link.dataset.swaps, link.getAttribute("href"), true);
});

document.addEventListener("submit", (event) => {
  if (!event.target.dataset.swaps) return;
  event.preventDefault();
  swap(event.target.dataset.swaps, chosen(event.target), true);
});

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form?.dataset.swaps) return;
  clearTimeout(soon);
  soon = setTimeout(() => swap(form.dataset.swaps, chosen(form), false), 250);
});

addEventListener("popstate", () => location.reload());
