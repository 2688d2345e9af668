(() => {
  "use strict";
  const form = document.getElementById("filter");
  const text = document.getElementById("filter-text");
  const state = document.getElementById("filter-state");
  const found = document.getElementById("filter-found");
  const rows = [...document.querySelectorAll("main tbody tr")].filter((row) => !row.closest(".legend"));
  const shown = rows.map((row) =>
    [row.textContent, ...[...row.querySelectorAll("[title]")].map((one) => one.title)].join(" ").toLowerCase());
  const folds = [...document.querySelectorAll("main details")];
  let open = null;
  const apply = () => {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = state ? state.value : "";
    const all = !words.length && !wanted;
    let count = 0;
    rows.forEach((row, at) => {
      const match = words.every((word) => shown[at].includes(word)) && (!wanted || row.dataset.state === wanted);
      row.hidden = !match;
      count += match;
    });
    if (!all && !open) open = folds.map((fold) => fold.open);
    folds.forEach((fold, at) => { fold.open = all ? (open ? open[at] : fold.open) : !!fold.querySelector("tbody tr:not([hidden])"); });
    if (all) open = null;
    document.querySelectorAll("main .scroll").forEach((box) => { box.classList.toggle("nothing", !box.querySelector("tbody tr:not([hidden])")); });
    found.textContent = all ? "" : count === 1 ? "1 row" : `${count.toLocaleString("en")} rows`;
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("beforeprint", () => folds.forEach((fold) => { fold.dataset.was = fold.open; fold.open = true; }));
  addEventListener("afterprint", () => folds.forEach((fold) => { fold.open = fold.dataset.was === "true"; }));
  form.hidden = !rows.length;
})();
