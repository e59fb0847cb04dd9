// The tip beside the pointer: at most twelve curves, for the rest stands in the table.

const MOST_TOLD = 12;

class Tip {
  constructor(section) {
    this.section = section;
    this.box = element("div", { className: "tip", hidden: true });
    this.box.setAttribute("aria-hidden", "true");
  }

  hide() {
    this.box.hidden = true;
  }

  show(chart) {
    this.box.replaceChildren(element("b", { textContent: this.section.where(this.section.at) }), this.makeTable());
    this.box.hidden = false;
    this.put(chart);
  }

  makeTable() {
    const { data, chosen } = this.section;
    const numbers = Array.from(data.curves.keys()).filter((number) => !data.curves[number].hidden);
    const many = chosen !== null && data.curves.length > MOST_TOLD;
    const shown = many ? numbers.filter((number) => number === chosen) : numbers;
    const table = element("table");
    const add = (...cells) => cells.reduce((row, cell) => (row.insertCell().append(cell), row), table.insertRow());
    for (const number of shown.slice(0, MOST_TOLD)) {
      for (const panel of data.panels) {
        const text = this.section.told(panel.kind, number);
        const curve = data.curves[number];
        if (panel.kind === "lr") add(swatch(curve), curve.label, text);
        else if (text) add("", panel.name, text);
      }
    }
    if (shown.length > MOST_TOLD) add("", "…", "");
    return table;
  }

  // Beside the pointer, on the side where there is room.
  put(chart) {
    const around = this.section.place.getBoundingClientRect();
    const left = chart.rect.left - around.left + chart.cursor.left;
    const top = chart.rect.top - around.top + chart.cursor.top;
    const { offsetWidth: width, offsetHeight: height } = this.box;
    const fits = left + width + 28 <= around.width;
    this.box.style.left = (fits ? left + 14 : Math.max(0, left - width - 14)) + "px";
    this.box.style.top = Math.max(0, top - height / 2) + "px";
  }
}
