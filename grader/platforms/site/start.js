// The start page: shows what JupyterLite keeps in this browser, hands it in, and drops it.
const here = new URL("./", location.href).pathname;
const DATABASE = `JupyterLite Storage - ${here}`;
const items = [...document.querySelectorAll("li[data-file]")];

// Run `work` on the stores of notebooks; undefined while JupyterLite has kept nothing yet.
async function stored(work) {
  const known = await indexedDB.databases();
  if (!known.some((database) => database.name === DATABASE)) return undefined;
  const database = await promised(indexedDB.open(DATABASE));
  try {
    const names = ["files", "checkpoints"].filter((n) => database.objectStoreNames.contains(n));
    if (!names.includes("files")) return undefined;
    return await work(database.transaction(names, "readwrite"), names);
  } finally {
    database.close();
  }
}

function promised(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

const fileOf = (name) => stored((all) => promised(all.objectStore("files").get(name)));
const dropped = (name) =>
  stored((all, names) => Promise.all(names.map((n) => promised(all.objectStore(n).delete(name)))));
const notebookOf = (file) =>
  typeof file.content === "string" ? JSON.parse(file.content) : file.content;

// What the last check said is to be done next; empty if nothing was checked.
function lastWords(notebook) {
  const outputs = notebook.cells.flatMap((cell) => cell.outputs ?? []);
  const pages = outputs.map((output) => [output.data?.["text/html"] ?? ""].flat().join(""));
  const page = pages.findLast((html) => html.includes("softmax-grader")) ?? "";
  const words = new DOMParser().parseFromString(page, "text/html").querySelector(".next");
  return words?.textContent ?? "";
}

async function show(item) {
  const file = await fileOf(item.dataset.file);
  const state = item.querySelector(".state");
  item.querySelector(".again").hidden = !file;
  if (!file) return void (state.textContent = "not begun");
  const when = new Date(file.last_modified).toLocaleString();
  const said = lastWords(notebookOf(file));
  state.textContent = `kept in this browser, ${when}; ` + (said ? `the last check said: ${said}` : "not checked yet");
}

const showAll = () => Promise.all(items.map(show));

for (const item of items) {
  item.querySelector(".again").addEventListener("click", async () => {
    const title = item.querySelector("h2").textContent;
    if (!confirm(`Delete what you have written in "${title}" and begin again? If it is still open, close it first.`)) return;
    await dropped(item.dataset.file);
    await show(item);
  });
}

document.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const student = new FormData(event.target).get("student").trim();
  const files = [];
  for (const { dataset } of items) {
    const file = await fileOf(dataset.file);
    if (file) files.push([dataset.file, new TextEncoder().encode(JSON.stringify(notebookOf(file)))]);
  }
  const said = document.querySelector("#said");
  if (!files.length) return void (said.textContent = "There is nothing to hand in yet: open an exercise first.");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(zip(files), { type: "application/zip" }));
  link.download = `${student.replace(/[^\p{L}\p{N}._@ -]/gu, "_").replace(/^\.+/, "_")}.zip`;
  link.click();
  said.textContent = `${link.download} holds ${files.map(([name]) => name).join(", ")}, as last kept in this browser.`;
});

// The parts of a zip archive of these files, not compressed.
function zip(files) {
  const local = [], central = [];
  let offset = 0;
  for (const [name, data] of files) {
    const title = new TextEncoder().encode(name);
    // Version, flags (UTF-8), method, time, date (1 January 1980), checksum, sizes, lengths.
    const common = [[20, 2], [0x800, 2], [0, 2], [0, 2], [0x21, 2], [crc32(data), 4], [data.length, 4], [data.length, 4], [title.length, 2], [0, 2]];
    local.push(numbers([[0x04034b50, 4], ...common]), title, data);
    central.push(numbers([[0x02014b50, 4], [20, 2], ...common, [0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]]), title);
    offset += 30 + title.length + data.length;
  }
  const size = central.reduce((sum, part) => sum + part.length, 0);
  const end = numbers([[0x06054b50, 4], [0, 2], [0, 2], [files.length, 2], [files.length, 2], [size, 4], [offset, 4], [0, 2]]);
  return [...local, ...central, end];
}

// Little-endian numbers, each with its width in bytes.
const numbers = (values) =>
  new Uint8Array(values.flatMap(([value, width]) => Array.from({ length: width }, (_, n) => (value >>> (8 * n)) & 0xff)));

function crc32(data) {
  let crc = ~0;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

addEventListener("pageshow", showAll);
document.addEventListener("visibilitychange", () => document.hidden || showAll());
