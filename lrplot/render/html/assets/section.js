// A section: its panels, which share their steps, and all that a person can do with them.

class Section {
  constructor(root, data, words) {
    Object.assign(this, { root, data, words, charts: [], at: 0, chosen: null, ranges: {}, under: null });
    this.arrays = new Map();
    this.place = root.querySelector(".charts");
    this.series = Object.fromEntries(data.panels.map((panel) => [panel.kind, seriesOf(this, panel.kind)]));
    this.log = data.log && data.panels[0].log !== null;
    const room = (data.last || 1) * 0.02;
    this.whole = [-room, (data.last || 1) + room];
    this.shown = this.whole;
    this.least = 2 * Math.min(...data.curves.map((curve) => curve.size)); // the shortest stretch that is shown
    this.place.setAttribute("aria-valuemax", String(data.last));
    root.querySelector(".drawing").hidden = false;
    this.tip = new Tip(this);
    this.readout = new Readout(this);
    this.hearTools();
    this.hearKeys();
    if (data.sliders.length) new Sliders(this).choose();
    else this.rebuild();
    this.look(...this.whole.map((end, i) => data.view[i] ?? end));
    this.hearWidth();
  }

  // An array of the data, read when it is first asked for.
  array(at) {
    if (!this.arrays.has(at)) this.arrays.set(at, floats(this.data.arrays[at]));
    return this.arrays.get(at);
  }

  // The colour of a series; those that are not chosen are faint.
  colourOf(series) {
    const plain = series.curve[isDark() ? "dark" : "light"];
    const faint = this.chosen !== null && this.chosen !== series.number;
    return faint ? plain + Math.round(FAINT * 255).toString(16) : plain;
  }

  rebuild() {
    this.charts.forEach((chart) => chart.destroy());
    this.place.replaceChildren(this.tip.box);
    this.leave();
    this.width = Math.max(280, onPaper ? 680 : this.place.clientWidth);
    this.charts = this.data.panels.map((panel) => {
      this.place.append(element("div", { className: "name", textContent: panel.name }));
      return makeChart(this, panel);
    });
    this.readout.renew();
    this.point(this.at, null);
  }

  // Show what lies from low to high: at least two steps, and nothing beyond the run.
  look(low, high) {
    const [first, last] = this.whole;
    const width = Math.min(Math.max(high - low, this.least), last - first);
    const start = Math.min(Math.max(low, first), last - width);
    this.shown = [start, start + width];
    for (const chart of this.charts) {
      chart.batch(() => {
        chart.setScale("x", { min: start, max: start + width });
        const [min, max] = chart.scales.y.range(chart);
        chart.setScale("y", { min, max });
      });
    }
    this.place.dataset.from = start;
    this.place.dataset.to = start + width;
  }

  lookAtAll() {
    this.ranges = {};
    this.look(...this.whole);
  }

  zoom(factor, around) {
    const [low, high] = this.shown;
    const inside = this.at >= low && this.at <= high;
    const middle = around === undefined ? (inside ? this.at : (low + high) / 2) : around;
    this.look(middle - (middle - low) * factor, middle + (high - middle) * factor);
  }

  move(share) {
    const [low, high] = this.shown;
    this.look(low + share * (high - low), high + share * (high - low));
  }

  // Go to another of the places at which anything is drawn.
  walk(count) {
    this.places ??= Float64Array.from(new Set(this.series.lr.flatMap((one) => Array.from(one.at)))).sort();
    const next = Math.min(Math.max(lastUpTo(this.places, this.at) + count, 0), this.places.length - 1);
    const [low, high] = this.shown;
    const place = this.places[next];
    if (place < low || place > high) this.look(place - (high - low) / 2, place + (high - low) / 2);
    this.point(place, null);
  }

  switchLog() {
    if (this.data.panels[0].log === null) return;
    this.log = !this.log;
    this.ranges = {};
    this.logButton.setAttribute("aria-pressed", String(this.log));
    this.rebuild();
  }

  // A place of the step axis in the words of the run: the step, too, where all curves have the same steps.
  where(place) {
    const { data, words } = this;
    const step = data.size === null ? null : Math.round(place / data.size);
    const epoch = () => words.epoch + " " + (step === null ? Number(place.toFixed(2)) : epochs(step, data.perEpoch));
    const said = {
      steps: () => words.step + " " + place + (data.perEpoch ? " · " + epoch() : ""),
      epochs: epoch,
      percent: () => Number(place.toFixed(2)) + "% " + words.share,
      samples: () => steps(Number(place.toPrecision(6))) + " " + words.samples,
      tokens: () => steps(Number(place.toPrecision(6))) + " " + words.tokens,
    }[data.unit]();
    const also = step !== null && data.size !== 1 && !data.relative;
    return also ? said + " · " + words.step + " " + step : said;
  }

  // What a curve is where the section is, in a panel; nothing where it has no such panel.
  told(kind, number) {
    const series = this.series[kind].find((each) => each.number === number);
    if (!series) return "";
    const found = toldAt(series, this.at);
    if (!found) return "–";
    const before = found.before === undefined ? "" : exact(found.before) + " → ";
    const of = this.data.size === null ? this.words.step + " " + found.step : this.where(found.place);
    const own = this.data.size === null || found.place !== this.at;
    return before + exact(found.value) + (own ? " (" + of + ")" : "");
  }

  // Tell what every curve is at a place; `source` is the chart that was pointed at.
  point(place, source) {
    this.at = place;
    for (const chart of this.charts) {
      if (chart !== source) chart.setCursor({ left: chart.valToPos(place, "x"), top: 10 }, false);
    }
    this.readout.tell();
    const spoken = this.data.curves
      .map((curve, number) => (curve.hidden ? "" : curve.label + " " + this.told("lr", number)))
      .filter((text) => text);
    this.place.setAttribute("aria-valuenow", String(place));
    this.place.setAttribute("aria-valuetext", [this.where(place), ...spoken.slice(0, 8)].join(", "));
  }

  // The pointer is over a chart, or has left it.
  enter(chart) {
    this.under = chart;
  }

  leave() {
    this.under = null;
    this.tip.hide();
  }

  pointed(chart) {
    const { left, idx } = chart.cursor;
    if (this.under !== chart || left < 0 || idx === null || idx === undefined) return;
    this.point(chart.data[0][idx], chart);
    this.tip.show(chart);
  }

  // Zoom into what was drawn with the pointer: steps, and values where it is no more than a part of them.
  selected(chart, kind) {
    const { left, top, width, height } = chart.select;
    if (width < 4 && height < 4) return;
    if (height < chart.bbox.height / uPlot.pxRatio - 1) {
      this.ranges[kind] = [chart.posToVal(top + height, "y"), chart.posToVal(top, "y")];
    }
    const sides = [chart.posToVal(left, "x"), chart.posToVal(left + width, "x")];
    chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.look(...sides);
  }

  pan(chart, down) {
    const [low, high] = this.shown;
    const each = (high - low) / chart.rect.width;
    const move = (event) => {
      const by = (event.clientX - down.clientX) * each;
      this.look(low - by, high - by);
    };
    const up = () => {
      document.removeEventListener("mousemove", move);
      document.removeEventListener("mouseup", up);
    };
    document.addEventListener("mousemove", move);
    document.addEventListener("mouseup", up);
  }

  wheel(chart, event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.zoom(event.deltaY < 0 ? 0.75 : 1 / 0.75, chart.posToVal(event.clientX - chart.rect.left, "x"));
  }

  hearTools() {
    const tools = {
      log: () => this.switchLog(),
      in: () => this.zoom(0.5),
      out: () => this.zoom(2),
      left: () => this.move(-0.25),
      right: () => this.move(0.25),
      whole: () => this.lookAtAll(),
    };
    this.root.querySelectorAll(".tools button").forEach((button) => {
      button.addEventListener("click", () => tools[button.dataset.do]());
    });
    this.logButton = this.root.querySelector('[data-do="log"]');
    this.logButton.disabled = this.data.panels[0].log === null;
    this.logButton.setAttribute("aria-pressed", String(this.log));
  }

  hearKeys() {
    const keys = {
      ArrowRight: (event) => (event.shiftKey ? this.move(0.25) : this.walk(1)),
      ArrowLeft: (event) => (event.shiftKey ? this.move(-0.25) : this.walk(-1)),
      PageUp: () => this.walk(20),
      PageDown: () => this.walk(-20),
      Home: () => this.walk(-Infinity),
      End: () => this.walk(Infinity),
      "+": () => this.zoom(0.5),
      "=": () => this.zoom(0.5),
      "-": () => this.zoom(2),
      0: () => this.lookAtAll(),
      l: () => this.switchLog(),
      L: () => this.switchLog(),
    };
    this.place.addEventListener("keydown", (event) => {
      const act = event.ctrlKey || event.metaKey || event.altKey ? null : keys[event.key];
      if (!act) return;
      event.preventDefault();
      act(event);
    });
  }

  hearWidth() {
    let width = this.place.clientWidth;
    new ResizeObserver(() => {
      if (onPaper || this.place.clientWidth === width) return;
      width = this.place.clientWidth;
      this.rebuild();
    }).observe(this.place);
  }
}
