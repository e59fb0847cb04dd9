// The series of a panel, and what they tell at a place of the step axis.

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
    // On the axis a step is as long as its unit says.
    made.at = curve.size === 1 ? made.x : made.x.map((step) => step * curve.size);
    made.jumpAt = new Map(Array.from(made.jumps, (at, i) => [at, made.before[i]]));
    return [made];
  });
}

// What a series tells at a place: its value there or at its last point before, what it was before a jump, and
// where that point is; nothing after its end, nor between the rows of a log.
function toldAt(series, place) {
  const { curve, at } = series;
  const i = lastUpTo(at, place);
  const end = Math.max((curve.steps - 1) * curve.size, at[at.length - 1]);
  if (i < 0 || place > end || (curve.dots && at[i] !== place) || Number.isNaN(series.y[i])) return null;
  const before = at[i] === place ? series.jumpAt.get(i) : undefined;
  return { value: series.y[i], before, place: at[i], step: series.x[i] };
}

// Columns for uPlot: common places, each as often as any series has it; undefined where a series has no point.
function aligned(all, drawn) {
  const twice = new Map();
  for (const one of all) {
    one.at.forEach((place, i) => {
      const jumps = one.jumpAt.has(i);
      if (jumps || !twice.has(place)) twice.set(place, jumps || twice.get(place) === true);
    });
  }
  const rising = Float64Array.from(twice.keys()).sort();
  const x = [];
  const rows = new Map();
  for (const place of rising) {
    rows.set(place, x.length);
    x.push(place);
    if (twice.get(place)) x.push(place);
  }
  const columns = all.map((one) => {
    const y = new Array(x.length).fill(undefined);
    const shown = (value) => (Number.isNaN(value) ? null : drawn(value));
    one.at.forEach((place, i) => {
      const row = rows.get(place);
      if (one.jumpAt.has(i)) y[row] = drawn(one.jumpAt.get(i));
      y[row + (twice.get(place) ? 1 : 0)] = shown(one.y[i]);
    });
    return y;
  });
  return [x, ...columns];
}
