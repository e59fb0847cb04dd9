// The table of curves: a box to show or hide each, and what it is at the step that is pointed at.

class Readout {
  constructor(section) {
    this.section = section;
    this.table = section.root.querySelector(".readout");
    const names = section.data.panels.map((panel) => element("th", { scope: "col", textContent: panel.name }));
    this.table.querySelector("thead tr").append(...names);
    this.rows = section.data.curves.map((curve, number) => this.makeRow(curve, number));
  }

  makeRow(curve, number) {
    const box = element("input", { type: "checkbox", checked: true });
    box.addEventListener("change", () => {
      curve.hidden = !box.checked;
      this.section.rebuild();
    });
    const label = element("label", {}, box, swatch(curve), " " + curve.label);
    const cells = this.section.data.panels.map((panel) => ({ kind: panel.kind, cell: element("td") }));
    const row = element("tr", {}, element("th", { scope: "row" }, label), ...cells.map(({ cell }) => cell));
    this.table.querySelector("tbody").append(row);
    return { curve, number, box, label, cells, row };
  }

  // Say what every curve is where the section is.
  tell() {
    this.table.querySelector("caption").textContent = this.section.where(this.section.at);
    for (const { number, cells, row } of this.rows) {
      for (const { kind, cell } of cells) cell.textContent = this.section.told(kind, number);
      row.classList.toggle("chosen", this.section.chosen === number);
    }
  }

  // Take over which curves are shown, and their colours.
  renew() {
    for (const { curve, box, label } of this.rows) {
      box.checked = !curve.hidden;
      label.querySelector("svg").replaceWith(swatch(curve));
    }
  }
}
