// A slider for each thing that is swept: the curve of its values is told apart from the others.

class Sliders {
  constructor(section) {
    this.section = section;
    this.given = section.data.sliders;
    this.at = this.given.map(() => 0);
    this.others = element("input", { type: "checkbox", checked: true });
    this.others.addEventListener("change", () => this.choose());
    const label = element("label", {}, this.others, " " + section.words.others);
    const sliders = this.given.map((slider, i) => this.makeSlider(slider, i));
    section.root.querySelector(".sliders").append(...sliders, label);
  }

  makeSlider(slider, i) {
    const range = element("input", { type: "range", min: 0, max: slider.values.length - 1, step: 1, value: 0 });
    const output = element("output");
    const tell = () => {
      this.at[i] = range.valueAsNumber;
      output.textContent = slider.values[this.at[i]];
      range.setAttribute("aria-valuetext", slider.name + " " + output.textContent);
    };
    range.addEventListener("input", () => {
      tell();
      this.choose();
    });
    tell();
    return element("label", {}, slider.name + " ", range, " ", output);
  }

  // Tell the curve of the values apart: in the drawing, in the table and among the calls.
  choose() {
    const { section } = this;
    const wanted = this.given.map((slider, i) => slider.name + "=" + slider.values[this.at[i]]);
    const found = section.data.curves.findIndex((curve) => {
      const values = curve.swept.map(([name, value]) => name + "=" + value);
      return wanted.every((each) => values.includes(each));
    });
    section.chosen = found < 0 ? null : found;
    section.data.curves.forEach((curve, number) => {
      curve.hidden = !this.others.checked && number !== section.chosen;
    });
    section.root.querySelectorAll("[data-curve]").forEach((texts) => {
      texts.classList.toggle("unchosen", found >= 0 && Number(texts.dataset.curve) !== found);
    });
    section.rebuild();
  }
}
