// Elements of a page, made.

// An element with its properties and what stands in it.
function element(name, properties, ...inside) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...inside);
  return made;
}

// The look of a curve, as it stands before its name: its dash, or a dot where only rows are known.
function swatch(curve) {
  const svg = (name, attributes) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  const colour = curve[isDark() ? "dark" : "light"];
  const dash = curve.dash.map((part) => part * curve.width).join(" ");
  const line = { x1: 0, y1: 4, x2: 28, y2: 4, stroke: colour, "stroke-width": curve.width * 1.3, "stroke-dasharray": dash };
  const mark = curve.dots ? svg("circle", { cx: 14, cy: 4, r: 3, fill: colour }) : svg("line", line);
  const made = svg("svg", { class: "swatch", viewBox: "0 0 28 8", "aria-hidden": "true" });
  made.append(mark);
  return made;
}
