
"use strict";
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const key = (row) => {
        const cell = row.cells[column];
        return cell.dataset.value ?? cell.textContent.trim();
      };
      const rows = [...body.rows].map((row) => [key(row), row]);
      const numbers = head.classList.contains("number");
      const order = new Intl.Collator(undefined, { numeric: true });
      rows.sort(([a], [b]) => {
        if (!numbers) return order.compare(a, b);
        const one = a === "" ? -Infinity : Number(a);
        const other = b === "" ? -Infinity : Number(b);
        return one === other ? 0 : one < other ? -1 : 1;
      });
      if (down) rows.reverse();
      body.append(...rows.map(([, row]) => row));
    });
  });
}
for (const input of document.querySelectorAll("input[data-table]")) {
  const body = document.getElementById(input.dataset.table).tBodies[0];
  const said = document.getElementById(input.dataset.said);
  input.addEventListener("input", () => {
    const words = input.value.toLocaleLowerCase();
    let shown = 0;
    for (const row of body.rows) {
      row.hidden = !row.textContent.toLocaleLowerCase().includes(words);
      shown += !row.hidden;
    }
    said.textContent = words ? `${shown} of ${body.rows.length} rows` : "";
  });
}
