"use strict";
// Only adds to a page that is complete without it: language of the reader, figures of the point
// under the pointer, sorting, saving.
(() => {
  const find = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => Array.from(from.querySelectorAll(selector));

  // Language: what the reader's browser asks for first.
  const languages = { en: find("#language-en"), ko: find("#language-ko") };
  const showLanguage = (code) => {
    languages[code].checked = true;
    document.documentElement.lang = code;
  };
  for (const code of Object.keys(languages)) {
    languages[code].addEventListener("change", () => showLanguage(code));
  }
  const wanted = (navigator.languages || [navigator.language || "en"])
    .map((tag) => String(tag).slice(0, 2).toLowerCase())
    .find((code) => code in languages);
  showLanguage(wanted || "en");

  // Plots: the panel shows what the table keeps under "Recipe and details".
  const panel = find("#panel");
  const showTrial = (index) => {
    const details = find(`#trial-${index}-details`);
    const title = find(`#trial-${index}-name`);
    if (!panel || !details || !title) return;
    const heading = document.createElement("h3");
    heading.append(...Array.from(title.childNodes, (node) => node.cloneNode(true)));
    const parts = Array.from(details.children).filter((node) => node.tagName !== "SUMMARY");
    panel.replaceChildren(heading, ...parts.map((node) => node.cloneNode(true)));
    panel.scrollTop = 0;
  };
  for (const point of all(".point")) {
    const show = () => showTrial(point.dataset.trial);
    point.addEventListener("pointerenter", show);
    point.addEventListener("focus", show);
    point.addEventListener("click", () => {
      const details = find(`#trial-${point.dataset.trial}-details`);
      if (details) details.open = true;
    });
  }

  // Tables: a button in each head cell sorts, a second press turns the order round.
  const keyOf = (row, column) => {
    const cell = row.cells[column];
    const sort = cell.dataset.sort;
    if (sort === undefined) return cell.textContent.toLowerCase();
    return sort === "" ? null : Number(sort);
  };
  const compare = (a, b, sign) => {
    if (a === null || b === null) return (a === null) - (b === null);
    if (a === b) return 0;
    return (a < b ? -1 : 1) * sign;
  };
  const sortBy = (head, column) => {
    const table = head.closest("table");
    const numeric = head.classList.contains("number");
    const before = head.getAttribute("aria-sort");
    const up = before === null ? !numeric : before === "descending";
    for (const other of all("th[aria-sort]", table)) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const body = table.tBodies[0];
    const rows = Array.from(body.rows, (row) => ({ row, key: keyOf(row, column) }));
    rows.sort((a, b) => compare(a.key, b.key, up ? 1 : -1));
    body.append(...rows.map((entry) => entry.row));
  };
  for (const head of all("th[data-sortable]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sortBy(head, head.cellIndex));
    head.append(button);
  }

  // Saving: the record and the recipe of the result.
  const text = find("#record").textContent;
  const save = (name, kind, content) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type: kind }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  const saveRecord = find("#save-record");
  saveRecord.hidden = false;
  saveRecord.addEventListener("click", () => save("record.json", "application/json", text));
  const recipe = JSON.parse(text).recipe;
  const saveRecipe = find("#save-recipe");
  if (typeof recipe === "string" && recipe !== "") {
    saveRecipe.hidden = false;
    saveRecipe.addEventListener("click", () => save("recipe.yaml", "text/yaml", recipe));
  }

  // Paper shows what is folded.
  window.addEventListener("beforeprint", () => {
    for (const details of all("details")) details.open = true;
  });
})();
