// A section: its panels, which share their steps, and all that a person can do with them.

function makeSection(root, section, words) {
  const read = new Map();
  section.array = (at) => {
    if (!read.has(at)) read.set(at, floats(section.arrays[at]));
    return read.get(at);
  };
  const place = root.querySelector(".charts");
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.setAttribute("aria-hidden", "true");
  const room = Math.max(section.last, 1) * 0.02;
  const full = [-room, Math.max(section.last, 1) + room];
  let charts = [];
  let step = 0;
  let busy = false;
  let under = null; // the chart under the pointer

  const view = {
    words,
    width: 800,
    height: 320,
    log: section.log && section.panels[0].log !== null,
    x: full,
    y: {},
    chosen: null,
    series: Object.fromEntries(section.panels.map((panel) => [panel.kind, seriesOf(section, panel.kind)])),
    colourOf: (one) => {
      const plain = one.curve[isDark() ? "dark" : "light"];
      const faint = view.chosen !== null && view.chosen !== one.number;
      return faint ? plain + Math.round(FAINT * 255).toString(16) : plain;
    },
    pointed: (u) => {
      if (busy || under !== u || u.cursor.left < 0 || u.cursor.idx === null || u.cursor.idx === undefined) return;
      point(u.data[0][u.cursor.idx], u);
      showTip(u);
    },
    entered: (u) => (under = u),
    left: () => {
      under = null;
      tip.hidden = true;
    },
    selected: (u, kind) => {
      const { left, top, width, height } = u.select;
      if (width < 4 && height < 4) return;
      const sides = [u.posToVal(left, "x"), u.posToVal(left + width, "x")];
      if (height < u.bbox.height / uPlot.pxRatio - 1) {
        view.y[kind] = [u.posToVal(top + height, "y"), u.posToVal(top, "y")];
      }
      u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
      look(...sides);
    },
    pan: (u, down) => {
      const [low, high] = view.x;
      const each = (high - low) / u.rect.width;
      const move = (event) => look(low - (event.clientX - down.clientX) * each, high - (event.clientX - down.clientX) * each);
      const up = () => {
        document.removeEventListener("mousemove", move);
        document.removeEventListener("mouseup", up);
      };
      document.addEventListener("mousemove", move);
      document.addEventListener("mouseup", up);
    },
    wheel: (u, event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      zoom(event.deltaY < 0 ? 0.75 : 1 / 0.75, u.posToVal(event.clientX - u.rect.left, "x"));
    },
    whole: () => {
      view.y = {};
      look(...full);
    },
  };
  section.charts = () => charts;

  // Show the steps from low to high: at least two of them, and nothing beyond the run.
  function look(low, high) {
    const width = Math.min(Math.max(high - low, 2), full[1] - full[0]);
    const start = Math.min(Math.max(low, full[0]), full[1] - width);
    view.x = [start, start + width];
    for (const chart of charts) {
      chart.batch(() => {
        chart.setScale("x", { min: view.x[0], max: view.x[1] });
        const limits = chart.scales.y.range(chart);
        chart.setScale("y", { min: limits[0], max: limits[1] });
      });
    }
    place.dataset.from = view.x[0];
    place.dataset.to = view.x[1];
  }

  function zoom(factor, around) {
    const [low, high] = view.x;
    const middle = around === undefined ? (step >= low && step <= high ? step : (low + high) / 2) : around;
    look(middle - (middle - low) * factor, middle + (high - middle) * factor);
  }

  function move(share) {
    const [low, high] = view.x;
    look(low + share * (high - low), high + share * (high - low));
  }

  // All steps at which anything is drawn, to walk along.
  let all = null;
  function walk(count) {
    all = all || Float64Array.from(new Set(view.series.lr.flatMap((one) => Array.from(one.x)))).sort();
    const at = lastUpTo(all, step);
    const next = Math.min(Math.max(at + count, 0), all.length - 1);
    point(all[next], null);
    const [low, high] = view.x;
    if (step < low || step > high) look(step - (high - low) / 2, step + (high - low) / 2);
    point(step, null);
  }

  function where(at) {
    if (section.relative) return Number(((100 * at) / (section.last + 1)).toFixed(2)) + "% " + words.share;
    if (section.perEpoch === 1) return words.epoch + " " + at;
    const also = section.perEpoch ? " · " + words.epoch + " " + epochs(at, section.perEpoch) : "";
    return words.step + " " + at + also;
  }

  function said(told) {
    if (!told) return "–";
    const jump = told.before === undefined ? "" : exact(told.before) + " → ";
    return jump + exact(told.value) + (told.step === step ? "" : " (" + where(told.step) + ")");
  }

  // Tell what every curve is at a step; `source` is the chart that was pointed at.
  function point(at, source) {
    step = at;
    busy = true;
    for (const chart of charts) {
      if (chart !== source) chart.setCursor({ left: chart.valToPos(step, "x"), top: 10 }, false);
    }
    busy = false;
    root.querySelector(".readout caption").textContent = where(step);
    const spoken = [];
    readout.forEach(({ row, cells, number }) => {
      for (const [kind, cell] of Object.entries(cells)) {
        const one = view.series[kind].find((each) => each.number === number);
        const text = one ? said(toldAt(one, step)) : "";
        cell.textContent = text;
        if (kind === "lr" && !section.curves[number].hidden && spoken.length < 8) {
          spoken.push(section.curves[number].label + " " + text);
        }
      }
      row.classList.toggle("chosen", view.chosen === number);
    });
    place.setAttribute("aria-valuenow", String(step));
    place.setAttribute("aria-valuetext", [where(step), ...spoken].join(", "));
  }

  // The tip beside the pointer: at most twelve curves, the rest stands in the table.
  function showTip(u) {
    const box = place.getBoundingClientRect();
    const left = u.rect.left - box.left + u.cursor.left;
    const top = u.rect.top - box.top + u.cursor.top;
    tip.replaceChildren();
    const head = document.createElement("b");
    head.textContent = where(step);
    tip.append(head);
    const shown = section.curves.map((curve, number) => ({ curve, number })).filter(({ curve, number }) => {
      return !curve.hidden && (view.chosen === null || view.chosen === number || section.curves.length <= 12);
    });
    const rows = document.createElement("table");
    const row = (mark, name, value) => {
      const line = rows.insertRow();
      line.insertCell().append(mark);
      line.insertCell().textContent = name;
      line.insertCell().textContent = value;
    };
    for (const { curve, number } of shown.slice(0, 12)) {
      for (const panel of section.panels) {
        const one = view.series[panel.kind].find((each) => each.number === number);
        if (!one) continue;
        const main = panel.kind === "lr";
        row(main ? swatch(curve) : "", main ? curve.label : panel.name, said(toldAt(one, step)));
      }
    }
    if (shown.length > 12) row("", "…", "");
    tip.append(rows);
    tip.hidden = false;
    const right = left + tip.offsetWidth + 28 > box.width;
    tip.style.left = (right ? Math.max(0, left - tip.offsetWidth - 14) : left + 14) + "px";
    tip.style.top = Math.max(0, top - tip.offsetHeight / 2) + "px";
  }

  function swatch(curve) {
    const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    drawing.setAttribute("class", "swatch");
    drawing.setAttribute("viewBox", "0 0 28 8");
    drawing.setAttribute("aria-hidden", "true");
    const mark = document.createElementNS("http://www.w3.org/2000/svg", curve.dots ? "circle" : "line");
    const shape = curve.dots ? { cx: 14, cy: 4, r: 3 } : { x1: 0, y1: 4, x2: 28, y2: 4, "stroke-width": 2.4 };
    for (const [name, value] of Object.entries(shape)) mark.setAttribute(name, value);
    if (!curve.dots && curve.dash.length) mark.setAttribute("stroke-dasharray", curve.dash.map((d) => d * LINE).join(" "));
    mark.setAttribute(curve.dots ? "fill" : "stroke", curve[isDark() ? "dark" : "light"]);
    drawing.append(mark);
    return drawing;
  }

  // The table of curves: a box to show or hide each, and what it is at the step that is pointed at.
  const readout = [];
  function makeReadout() {
    const table = root.querySelector(".readout");
    const head = table.querySelector("thead tr");
    for (const panel of section.panels) {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = panel.name;
      head.append(cell);
    }
    section.curves.forEach((curve, number) => {
      const row = document.createElement("tr");
      const name = document.createElement("th");
      name.scope = "row";
      const label = document.createElement("label");
      const box = document.createElement("input");
      box.type = "checkbox";
      box.checked = true;
      box.addEventListener("change", () => {
        curve.hidden = !box.checked;
        rebuild();
      });
      label.append(box, swatch(curve), " " + curve.label);
      name.append(label);
      row.append(name);
      const cells = {};
      for (const panel of section.panels) {
        const cell = document.createElement("td");
        row.append(cell);
        cells[panel.kind] = cell;
      }
      table.querySelector("tbody").append(row);
      readout.push({ row, cells, number, label, curve });
    });
  }

  // A slider for each thing that is swept: the curve of its values is told apart from the others.
  function makeSliders() {
    const at = section.sliders.map(() => 0);
    if (!section.sliders.length) return;
    const holder = root.querySelector(".sliders");
    const box = document.createElement("input");
    const choose = () => {
      const wanted = section.sliders.map((slider, i) => slider.values[at[i]]);
      const names = section.sliders.map((slider) => slider.name);
      view.chosen = section.curves.findIndex((curve) => {
        return names.every((name, i) => curve.swept.some(([n, value]) => n === name && value === wanted[i]));
      });
      if (view.chosen < 0) view.chosen = null;
      section.curves.forEach((curve, number) => {
        curve.hidden = !box.checked && number !== view.chosen;
        readout[number].label.querySelector("input").checked = !curve.hidden;
      });
      root.querySelectorAll("[data-curve]").forEach((each) => {
        each.classList.toggle("unchosen", view.chosen !== null && Number(each.dataset.curve) !== view.chosen);
      });
      rebuild();
    };
    section.sliders.forEach((slider, i) => {
      const label = document.createElement("label");
      const range = document.createElement("input");
      const output = document.createElement("output");
      Object.assign(range, { type: "range", min: 0, max: slider.values.length - 1, step: 1, value: 0 });
      const tell = () => {
        output.textContent = slider.values[range.valueAsNumber];
        range.setAttribute("aria-valuetext", slider.name + " " + output.textContent);
      };
      range.addEventListener("input", () => {
        at[i] = range.valueAsNumber;
        tell();
        choose();
      });
      tell();
      label.append(slider.name + " ", range, " ", output);
      holder.append(label);
    });
    const label = document.createElement("label");
    Object.assign(box, { type: "checkbox", checked: true });
    box.addEventListener("change", choose);
    label.append(box, " " + words.others);
    holder.append(label);
    view.afterBuild = choose;
  }

  function rebuild() {
    charts.forEach((chart) => chart.destroy());
    place.replaceChildren();
    place.append(tip);
    view.left();
    view.width = Math.max(280, printing() ? 680 : place.clientWidth);
    charts = section.panels.map((panel) => {
      const name = document.createElement("div");
      name.className = "name";
      name.textContent = panel.name;
      place.append(name);
      return makeChart(section, panel, place, view);
    });
    readout.forEach(({ label, curve }) => label.querySelector("svg").replaceWith(swatch(curve)));
    point(step, null);
  }

  const log = root.querySelector('[data-do="log"]');
  function switchLog() {
    if (log.disabled) return;
    view.log = !view.log;
    view.y = {};
    log.setAttribute("aria-pressed", String(view.log));
    rebuild();
  }

  const tools = {
    log: switchLog,
    in: () => zoom(0.5),
    out: () => zoom(2),
    left: () => move(-0.25),
    right: () => move(0.25),
    whole: view.whole,
  };
  root.querySelectorAll(".tools button").forEach((button) => {
    button.addEventListener("click", () => tools[button.dataset.do]());
  });
  log.disabled = section.panels[0].log === null;
  log.setAttribute("aria-pressed", String(view.log));

  place.addEventListener("keydown", (event) => {
    const keys = {
      ArrowRight: () => (event.shiftKey ? move(0.25) : walk(1)),
      ArrowLeft: () => (event.shiftKey ? move(-0.25) : walk(-1)),
      PageUp: () => walk(20),
      PageDown: () => walk(-20),
      Home: () => walk(-Infinity),
      End: () => walk(Infinity),
      "+": () => zoom(0.5),
      "=": () => zoom(0.5),
      "-": () => zoom(2),
      0: view.whole,
      l: switchLog,
      L: switchLog,
    };
    const act = event.ctrlKey || event.metaKey || event.altKey ? null : keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  place.setAttribute("aria-valuemax", String(section.last));

  root.querySelector(".drawing").hidden = false;
  makeReadout();
  makeSliders();
  if (view.afterBuild) view.afterBuild();
  else rebuild();
  look(...full);
  let width = place.clientWidth;
  new ResizeObserver(() => {
    if (printing() || place.clientWidth === width) return;
    width = place.clientWidth;
    rebuild();
  }).observe(place);
  return rebuild;
}
