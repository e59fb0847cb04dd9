// A panel of curves as a chart of uPlot.

const AXIS = 66; // pixels left of every panel, so that their steps stand below each other
const HEIGHT = 320; // of the rate's panel
const LINE = 1.8;
const WHOLE = Array.from({ length: 48 }, (_, i) => [1, 2, 5][i % 3] * 10 ** Math.floor(i / 3)); // between two ticks
const FAINT = 0.4;

// The series of one kind of panel, each with its curve; arrays are read once.
function seriesOf(section, kind) {
  return section.data.curves.flatMap((curve, number) => {
    const given = curve.panels[kind];
    if (!given) return [];
    const array = (name) => section.array(given[name]);
    const made = { curve, number, x: array("x"), y: array("y"), jumps: [], before: [], band: null, spread: null };
    if (given.jumps !== undefined) Object.assign(made, { jumps: array("jumps"), before: array("before") });
    for (const name of ["band", "spread"]) {
      if (given[name]) {
        made[name] = Object.fromEntries(Object.entries(given[name]).map(([k, v]) => [k, section.array(v)]));
      }
    }
    made.jumpAt = new Map(Array.from(made.jumps, (at, i) => [at, made.before[i]]));
    return [made];
  });
}

// What a series tells at a step: its value there or at its last point before, and what it was before a jump;
// nothing after its end, nor between the rows of a log.
function toldAt(series, step) {
  const at = lastUpTo(series.x, step);
  const end = Math.max(series.curve.steps - 1, series.x[series.x.length - 1]);
  if (at < 0 || step > end || (series.curve.dots && series.x[at] !== step)) return null;
  const of = series.x[at];
  const value = series.y[at];
  if (Number.isNaN(value)) return null;
  return { value, before: of === step ? series.jumpAt.get(at) : undefined, step: of };
}

// Columns for uPlot: common steps, each as often as any series has it; undefined where a series has no point.
function aligned(all, drawn) {
  const twice = new Map();
  for (const one of all) {
    one.x.forEach((step, at) => {
      const jumps = one.jumpAt.has(at);
      if (jumps || !twice.has(step)) twice.set(step, jumps || twice.get(step) === true);
    });
  }
  const rising = Float64Array.from(twice.keys()).sort();
  const x = [];
  const places = new Map();
  for (const step of rising) {
    places.set(step, x.length);
    x.push(step);
    if (twice.get(step)) x.push(step);
  }
  const columns = all.map((one) => {
    const y = new Array(x.length).fill(undefined);
    const shown = (value) => (Number.isNaN(value) ? null : drawn(value));
    one.x.forEach((step, at) => {
      const place = places.get(step);
      const jumps = one.jumpAt.has(at);
      if (jumps) y[place] = drawn(one.jumpAt.get(at));
      y[place + (twice.get(step) ? 1 : 0)] = shown(one.y[at]);
    });
    return y;
  });
  return [x, ...columns];
}

// Ticks of a log axis: decades, 2 and 5 where they are few, and the line for what the axis cannot show.
function logTicks(low, high, scale) {
  const from = Math.floor(Math.log10(Math.max(low, scale.floor || low)));
  const to = Math.ceil(Math.log10(high));
  const every = Math.max(1, Math.ceil((to - from) / 8));
  const within = high / low < 20 ? [1, 2, 3, 4, 5, 6, 7, 8, 9] : to - from <= 3 ? [1, 2, 5] : [1];
  const ticks = scale.floor && scale.nothing >= low ? [scale.nothing] : [];
  for (let e = from; e <= to; e += every) {
    for (const m of within) {
      const tick = Number(m + "e" + e);
      if (tick >= Math.max(low, scale.floor || 0) && tick <= high) ticks.push(tick);
    }
  }
  return ticks.length > 2 ? ticks : [low, (low * high) ** 0.5, high];
}

// Ticks at round numbers of a unit, of epochs or of percents, so many steps long.
function roundTicks(each) {
  return (_u, _i, low, high, apart) => {
    const tens = 10 ** Math.floor(Math.log10(apart / each));
    const size = [1, 2, 5, 10].map((m) => m * tens).find((m) => m * each >= apart * 0.999);
    const count = Math.floor(high / each / size) - Math.ceil(low / each / size) + 1;
    return Array.from({ length: Math.max(0, count) }, (_, k) => (Math.ceil(low / each / size) + k) * size * each);
  };
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
}

// The chart of one panel.
function makeChart(section, panel) {
  const { data, words } = section;
  const all = section.series[panel.kind];
  const log = panel.kind === "lr" ? section.log : panel.log !== null;
  const scale = log ? panel.log : panel.linear;
  const drawn = (value) => (log && value < scale.floor ? scale.nothing : value);
  const last = panel === data.panels[data.panels.length - 1];
  const first = panel === data.panels[0];
  const each = data.perEpoch;
  const size = { width: section.width, height: Math.round(HEIGHT * panel.height) + (first && each > 1 ? 44 : 8) + (last ? 44 : 8) };
  const axis = (more) => ({
    stroke: () => colour("text"),
    grid: { stroke: () => colour("grid"), width: 1 },
    ticks: { stroke: () => colour("grid"), width: 1, size: 4 },
    font: "12px system-ui, sans-serif",
    labelFont: "12px system-ui, sans-serif",
    ...more,
  });
  const percent = (data.last + 1) / 100;
  const bottom = data.relative ? (value) => Number((value / percent).toPrecision(6)) + "%" : steps;
  const axes = [
    axis({
      incrs: WHOLE,
      splits: data.relative ? roundTicks(percent) : undefined,
      size: last ? 28 : 8,
      label: last ? data.axis : undefined,
      labelSize: 18,
      ticks: { show: last, size: 4, stroke: () => colour("grid") },
      values: (_, splits) => splits.map((v) => (last ? bottom(v) : "")),
    }),
    axis({
      scale: "y",
      size: AXIS,
      splits: log ? (u) => logTicks(u.scales.y.min, u.scales.y.max, scale) : undefined,
      values: (_, splits) => splits.map((v) => (log && v === scale.nothing ? scale.zero : short(v))),
      filter: (_, splits) => splits,
    }),
  ];
  if (first && each > 1) {
    axes.push(
      axis({
        scale: "x",
        side: 0,
        size: 24,
        gap: 2,
        label: words.epoch,
        labelSize: 20,
        labelGap: 2,
        grid: { show: false },
        splits: roundTicks(each),
        values: (_, splits) => splits.map((v) => steps(Number((v / each).toPrecision(10)))),
      })
    );
  }
  const options = {
    ...size,
    legend: { show: false },
    padding: [8, 12, 0, 0],
    scales: {
      x: { time: false, range: () => section.shown },
      y: { distr: log ? 3 : 1, range: () => section.ranges[panel.kind] || [scale.low, scale.high] },
    },
    axes,
    series: [{}, ...all.map((one) => look(one, section))],
    cursor: {
      y: false,
      move: (u, left, top) => [snapped(u, all, left), top],
      drag: { x: true, y: true, uni: 30, setScale: false },
      points: { size: 7, width: 1 },
      bind: {
        mousedown: (u, _, handle) => (event) => (event.shiftKey ? section.pan(u, event) : handle(event)),
        dblclick: () => () => section.lookAtAll(),
      },
    },
    hooks: {
      drawSeries: [(u, i) => i > 0 && fillOver(u, all[i - 1], section, drawn)],
      draw: [(u) => markLines(u, section, panel, all)],
      setCursor: [(u) => section.pointed(u)],
      setSelect: [(u) => section.selected(u, panel.kind)],
    },
  };
  const chart = new uPlot(options, aligned(all, drawn), section.place);
  chart.over.addEventListener("mouseenter", () => section.enter(chart));
  chart.over.addEventListener("mouseleave", () => section.leave());
  chart.over.addEventListener("wheel", (event) => section.wheel(chart, event), { passive: false });
  all.forEach((one, i) => one.curve.hidden && chart.setSeries(i + 1, { show: false }));
  return chart;
}

// The place of the point that a pointer means: the row of a log where one is near, else the nearest point.
function snapped(u, all, left) {
  if (left < 0) return left;
  const value = u.posToVal(left, "x");
  for (const one of all.filter((each) => each.curve.dots && !each.curve.hidden)) {
    const at = lastUpTo(one.x, value);
    const near = [one.x[at], one.x[at + 1]].filter((step) => step !== undefined);
    const row = near.find((step) => Math.abs(u.valToPos(step, "x") - left) < 6);
    if (row !== undefined) return u.valToPos(row, "x");
  }
  return u.valToPos(u.data[0][u.posToIdx(left)], "x");
}

// The line of a series, or dots where nothing is known between its rows.
function look(one, section) {
  const { curve } = one;
  const stroke = () => section.colourOf(one);
  const ratio = window.devicePixelRatio || 1;
  const dots = { paths: () => null, points: { show: true, size: 6, width: 0, fill: stroke } };
  const line = { points: { show: one.x.length === 1, size: 6, fill: stroke } };
  return {
    stroke,
    width: section.chosen === one.number ? 1.6 * LINE : LINE,
    pxAlign: 0,
    dash: curve.dash.map((part) => part * LINE * ratio),
    ...(curve.dots ? dots : line),
  };
}

// Bands where pieces outnumber columns, and the spread over parameters.
function fillOver(u, one, section, drawn) {
  if (one.curve.hidden || !(one.band || one.spread)) return;
  const { ctx } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height);
  ctx.clip();
  ctx.fillStyle = section.colourOf(one);
  const across = (step) => u.valToPos(step, "x", true);
  const up = (value) => u.valToPos(drawn(value), "y", true);
  if (one.band) {
    const { from, to, low, high } = one.band;
    from.forEach((start, i) => {
      // Whole pixels: between neighbours nothing shines through.
      const [left, right] = [Math.floor(across(start)), Math.ceil(across(to[i]))];
      const [top, foot] = [up(high[i]), up(low[i])];
      ctx.fillRect(left, top, Math.max(1, right - left), Math.max(1, foot - top));
    });
  }
  if (one.spread) {
    ctx.globalAlpha = 0.16;
    const known = Array.from(one.x.keys()).filter((i) => !Number.isNaN(one.spread.low[i]));
    ctx.beginPath();
    known.forEach((i) => ctx.lineTo(across(one.x[i]), up(one.spread.low[i])));
    known.reverse().forEach((i) => ctx.lineTo(across(one.x[i]), up(one.spread.high[i])));
    ctx.fill();
  }
  ctx.restore();
}

// Dashed lines where a metric changed the rate, and where a log parts from its plan.
function markLines(u, section, panel, all) {
  const { ctx } = u;
  const line = (step, stroke, dash) => {
    const x = u.valToPos(step, "x", true);
    if (x < u.bbox.left || x > u.bbox.left + u.bbox.width) return;
    ctx.strokeStyle = stroke;
    ctx.lineWidth = window.devicePixelRatio || 1;
    ctx.setLineDash(dash.map((part) => part * ctx.lineWidth));
    ctx.beginPath();
    ctx.moveTo(x, u.bbox.top);
    ctx.lineTo(x, u.bbox.top + u.bbox.height);
    ctx.stroke();
  };
  ctx.save();
  for (const one of all) {
    if (!one.curve.hidden && one.curve.changes.length <= 40) {
      one.curve.changes.forEach((change) => line(change.step, section.colourOf(one), [2, 3]));
    }
  }
  if (section.data.mark !== null && panel.kind === "lr") line(section.data.mark, colour("muted"), [6, 4]);
  ctx.restore();
}
