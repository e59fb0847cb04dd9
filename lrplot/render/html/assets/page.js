// The whole page: its data, the reader's light or dark, paper, and texts to copy.

const data = JSON.parse(document.getElementById("data").textContent);
const darkness = window.matchMedia("(prefers-color-scheme: dark)");
let onPaper = false;

function isDark() {
  return darkness.matches && !onPaper;
}

// Sections are drawn when they are first seen: a gallery has many.
const drawn = [];
function draw(root) {
  const at = sections.indexOf(root);
  if (!drawn[at]) drawn[at] = new Section(root, data.sections[at], data.words);
}
const sections = Array.from(document.querySelectorAll("main > section"));
if (sections.length === 1) draw(sections[0]);
else {
  const seen = new IntersectionObserver(
    (entries) => entries.forEach((entry) => entry.isIntersecting && draw(entry.target)),
    { rootMargin: "400px" }
  );
  sections.forEach((root) => {
    root.querySelector(".drawing").hidden = false;
    seen.observe(root);
  });
}

function rebuildAll() {
  drawn.forEach((section) => section.rebuild());
}
darkness.addEventListener("change", rebuildAll);
function toPaper(wanted) {
  onPaper = wanted;
  // Before it prints, a page still has the colours of the screen.
  document.documentElement.classList.toggle("paper", wanted);
}
window.addEventListener("beforeprint", () => {
  toPaper(true);
  document.querySelectorAll("details").forEach((each) => (each.open = false));
  sections.forEach(draw);
  rebuildAll();
});
window.addEventListener("afterprint", () => {
  toPaper(false);
  rebuildAll();
});

document.querySelectorAll('[data-do="copy"]').forEach((button) => {
  button.addEventListener("click", async () => {
    const code = button.closest("figure").querySelector("code");
    const selection = window.getSelection();
    selection.selectAllChildren(code);
    let done = true;
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      done = document.execCommand("copy");
    }
    if (!done) return; // the text stays selected, to be copied by hand
    selection.removeAllRanges();
    button.textContent = data.words.copied;
    window.setTimeout(() => (button.textContent = data.words.copy), 1500);
  });
});
