"use strict";
// Numbers as the page's data hold them, and as people write them.

// The floats of base64 text, little-endian as the page was written.
function floats(text) {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  const view = new DataView(bytes.buffer);
  return Float64Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(8 * i, true));
}

// A rate on an axis: 0.01, 3e-4, 0.
function short(value) {
  if (value === 0) return "0";
  const rounded = Number(value.toPrecision(6));
  if (Math.abs(rounded) >= 1e-3 && Math.abs(rounded) < 1e6) return String(rounded);
  return rounded.toExponential().replace("e+", "e");
}

// Every digit of a rate: the fewest that read back to the same float.
function exact(value) {
  if (value === 0 || (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e6)) return String(value);
  return value.toExponential().replace("e+", "e");
}

// A number of steps on an axis: 800, 20k, 2.5M.
function steps(value) {
  if (Math.abs(value) < 1e4) return String(Number(value.toPrecision(10)));
  const [size, sign] = [[1e12, "T"], [1e9, "B"], [1e6, "M"], [1e3, "k"]].find(([size]) => Math.abs(value) >= size);
  return Number((value / size).toPrecision(6)) + sign;
}

// Steps in epochs, to the hundredth.
function epochs(step, each) {
  const whole = Math.floor(step / each);
  const rest = step - whole * each;
  return rest ? whole + "." + String(Math.floor((rest * 100) / each)).padStart(2, "0") : String(whole);
}

// The position of the last number in a rising array that is at most a value; -1 where none is.
function lastUpTo(rising, value) {
  let low = -1;
  let high = rising.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (rising[middle] <= value) low = middle;
    else high = middle;
  }
  return low;
}
