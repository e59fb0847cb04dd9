// A panel of curves as a chart of uPlot.

const HEIGHT = 320; // of the rate's panel
const FAINT = 0.4;

// The chart of one panel.
function makeChart(section, panel) {
  const { data, words } = section;
  const all = section.series[panel.kind];
  const log = panel.kind === "lr" ? section.log : panel.log !== null;
  const scale = log ? panel.log : panel.linear;
  const drawn = (value) => (log && value < scale.floor ? scale.nothing : value);
  const last = panel === data.panels[data.panels.length - 1];
  const first = panel === data.panels[0];
  const epochs = first && data.above > 1;
  const height = Math.round(HEIGHT * panel.height) + (epochs ? 44 : 8) + (last ? 44 : 8);
  const axes = [stepAxis(data, last), valueAxis(data, scale, log), ...(epochs ? [epochAxis(data, words)] : [])];
  const options = {
    width: section.width,
    height,
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
    const i = lastUpTo(one.at, value);
    const near = [one.at[i], one.at[i + 1]].filter((place) => place !== undefined);
    const row = near.find((place) => Math.abs(u.valToPos(place, "x") - left) < 6);
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
    width: (section.chosen === one.number ? 1.6 : 1) * curve.width,
    pxAlign: 0,
    dash: curve.dash.map((part) => part * curve.width * ratio),
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
  const across = (step) => u.valToPos(step * one.curve.size, "x", true);
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
  const line = (place, stroke, dash) => {
    const x = u.valToPos(place, "x", true);
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
      one.curve.changes.forEach((change) => line(change.step * one.curve.size, section.colourOf(one), [2, 3]));
    }
  }
  if (section.data.mark !== null && panel.kind === "lr") line(section.data.mark * all[0].curve.size, colour("muted"), [6, 4]);
  ctx.restore();
}
