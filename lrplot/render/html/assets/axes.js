// The axes of a panel.

const AXIS = 66; // pixels left of every panel, so that their steps stand below each other
const WHOLE = Array.from({ length: 48 }, (_, i) => [1, 2, 5][i % 3] * 10 ** Math.floor(i / 3)); // between two ticks

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

// Ticks at round numbers of epochs, each so many steps long.
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

function axis(data, more) {
  return {
    stroke: () => colour("text"),
    grid: { show: data.grid, stroke: () => colour("grid"), width: 1 },
    ticks: { stroke: () => colour("grid"), width: 1, size: 4 },
    font: "12px system-ui, sans-serif",
    labelFont: "12px system-ui, sans-serif",
    ...more,
  };
}

// The steps below, in their unit; their numbers under the last panel alone.
function stepAxis(data, last) {
  const said = (place) => (data.unit === "percent" ? Number(place.toPrecision(6)) + "%" : steps(place));
  return axis(data, {
    incrs: data.unit === "steps" || data.unit === "percent" || data.size === 1 ? WHOLE : undefined,
    size: last ? 28 : 8,
    label: last ? data.axis : undefined,
    labelSize: 18,
    ticks: { show: last, size: 4, stroke: () => colour("grid") },
    values: (_, splits) => splits.map((place) => (last ? said(place) : "")),
  });
}

function valueAxis(data, scale, log) {
  return axis(data, {
    scale: "y",
    size: AXIS,
    splits: log ? (u) => logTicks(u.scales.y.min, u.scales.y.max, scale) : undefined,
    values: (_, splits) => splits.map((v) => (log && v === scale.nothing ? scale.zero : short(v))),
    filter: (_, splits) => splits,
  });
}

// Epochs above the steps.
function epochAxis(data, words) {
  return axis(data, {
    scale: "x",
    side: 0,
    size: 24,
    gap: 2,
    label: words.epoch,
    labelSize: 20,
    labelGap: 2,
    grid: { show: false },
    splits: roundTicks(data.above),
    values: (_, splits) => splits.map((v) => steps(Number((v / data.above).toPrecision(10)))),
  });
}
