// Two options side by side, taken from the table of all: for narrow screens, where it is long.

for (const frame of all("[data-compare]")) {
  const table = one("table", frame);
  const columns = all("thead th", table).slice(1).map((cell) => cell.textContent);
  const rows = all("tbody tr", table);
  const copy = (cell) => {
    const inner = cell.cloneNode(true);
    for (const element of all(".meaning", inner)) element.remove();
    for (const element of all("[id]", inner)) element.removeAttribute("id");
    for (const word of all(".word", inner)) word.setAttribute("popovertarget", `${word.getAttribute("popovertarget")}-pair`);
    return [...inner.childNodes];
  };
  const name = (row) => copy(one("th", row)).map((node) => node.textContent).join("").trim();

  const pick = (text, chosen) => {
    const select = make("select");
    rows.forEach((row, index) => select.append(make("option", { value: index }, name(row))));
    select.selectedIndex = chosen;
    return { select, label: make("label", {}, text, select) };
  };
  const without = rows.findIndex((row) => !one("th a", row)); // the first that is no treatment: doing nothing
  const choices = [pick("Compare", 0), pick("with", Math.max(without, 1))];
  const shown = make("div", { class: "shown-pair" });

  const show = () => {
    const both = choices.map(({ select }) => rows[select.selectedIndex]);
    const pair = make("table", { class: "pair" }, make("caption", {}, "Your two options"),
      make("thead", {}, make("tr", {}, ...both.map((row) => make("th", { scope: "col" }, ...copy(one("th", row)))))));
    columns.forEach((column, index) => {
      pair.append(make("tbody", {},
        make("tr", {}, make("th", { colspan: 2, scope: "rowgroup" }, column)),
        make("tr", {}, ...both.map((row) => make("td", { "data-label": name(row) }, ...copy(all("td", row)[index]))))));
    });
    shown.replaceChildren(pair);
    // The meanings stand in the whole table, which may be closed: these words need their own.
    for (const id of new Set(all(".word", pair).map((word) => word.getAttribute("popovertarget")))) {
      const meaning = document.getElementById(id.replace(/-pair$/, "")).cloneNode(true);
      meaning.id = id;
      shown.append(meaning);
    }
    // One of the two cannot be chosen again in the other.
    choices.forEach(({ select }, index) => {
      const other = choices[1 - index].select.selectedIndex;
      [...select.options].forEach((option, at) => { option.disabled = at === other; });
    });
  };

  for (const { select } of choices) select.addEventListener("change", show);
  const whole = make("details", { class: "all" }, make("summary", {}, `All ${rows.length} options`));
  whole.open = matchMedia("(width >= 64em)").matches;
  frame.before(make("p", { class: "screen" }, "Choose two to compare, or open the whole table."), make("div", { class: "choose" }, ...choices.map(({ label }) => label)), shown, whole);
  whole.append(frame);
  show();
  reveal(); // an address may lead to one of its rows
}
