
"use strict";
const learners = [...document.getElementById("table-learners").tBodies[0].rows];
const rowOf = new Map(learners.map((row) => [row.querySelector("a").getAttribute("href"), row]));
const emailOf = (item) => item.dataset.email ?? rowOf.get(item.querySelector("a")?.getAttribute("href"))?.dataset.email;
const peopleIn = (block) => [...block.querySelectorAll(".people > *")];

for (const line of document.querySelectorAll(".copying")) {
  line.hidden = false;
  const [button, said] = line.children;
  button.addEventListener("click", async () => {
    const shown = peopleIn(line.parentElement).filter((item) => !item.hidden);
    const emails = [...new Set(shown.map(emailOf).filter(Boolean))];
    const text = emails.join(", ");
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Without leave, or in a page that a browser does not trust: by hand.
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      button.focus();
    }
    const without = shown.length - emails.length;
    said.textContent = `Copied the addresses of ${emails.length} ${emails.length === 1 ? "learner" : "learners"}`
      + (without ? `; ${without} of the listed have none.` : ".");
  });
}

const section = document.getElementById("section");
if (section) {
  section.closest("li").hidden = false;
  const column = [...document.getElementById("table-learners").tHead.rows[0].cells]
    .findIndex((head) => head.textContent.trim() === "section");
  const of = (row) => row.cells[column].textContent;
  const quartile = (sorted, share) => {
    const at = share * (sorted.length - 1), low = Math.floor(at);
    return sorted[low] + (at - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
  };
  const show = (name, value) => {
    const cell = document.querySelector(`[data-figure="${name}"]`);
    if (cell) cell.textContent = value;
  };
  section.addEventListener("change", () => {
    const wanted = section.value;
    const inside = (row) => !wanted || of(row) === wanted;
    for (const row of learners) row.classList.toggle("elsewhere", !inside(row));
    for (const block of document.querySelectorAll(".row")) {
      let count = 0;
      const people = peopleIn(block);
      for (const item of people) {
        const row = rowOf.get(item.querySelector("a")?.getAttribute("href"));
        item.hidden = row ? !inside(row) : Boolean(wanted) && item.dataset.section !== wanted;
        count += !item.hidden;
      }
      const cell = block.querySelector(".count");
      cell.textContent = wanted ? count : cell.dataset.count;
      block.hidden = Boolean(wanted) && count === 0;
      if (block.dataset.reason === "absent") show("absent", cell.textContent);
    }
    const totals = learners.filter(inside).map((row) => row.querySelector(".total").dataset.value)
      .filter((value) => value !== "").map(Number).sort((a, b) => a - b);
    const n = totals.length;
    const mean = totals.reduce((sum, value) => sum + value, 0) / n;
    const squares = totals.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    show("n", n);
    show("mean", n ? mean.toFixed(1) : "–");
    show("sd", n > 1 ? Math.sqrt(squares / (n - 1)).toFixed(1) : "–");
    ["q1", "q2", "q3"].forEach((name, at) => {
      show(name, n ? String(Number(quartile(totals, (at + 1) / 4).toFixed(2))) : "–");
    });
  });
}

// What is folded away is wanted on paper: who is meant, and what they read.
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("#main details.row:not([open])")];
  for (const one of opened) one.open = true;
});
addEventListener("afterprint", () => { for (const one of opened) one.open = false; });
