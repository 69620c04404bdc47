"use strict";
// Draws the report's charts from the JSON on the page. Everything that came from outside stays
// data: it is put into text nodes and Vega datasets, never into markup or expressions.
(() => {
  const report = JSON.parse(document.getElementById("report").textContent);
  const state = { comparison: "parents", method: "", projection: "pca", dimensions: "2d", difference: "", resemblance: "" };
  for (const input of document.querySelectorAll("fieldset[data-choose] input:checked")) state[input.closest("fieldset").dataset.choose] = input.value;
  const compared = (name) => name.replaceAll("_", " ");
  if (!report.trend[compared(state.comparison)]) state.comparison = (Object.keys(report.trend)[0] || "").replaceAll(" ", "_");
  const choice = document.querySelector('select[data-choose="method"]');
  if (choice) state.method = choice.value;
  const views = {};
  const aligned = {
    trend: { top: 8, bottom: 26 },
    coverage: { top: 6, bottom: 6 },
    difference: { top: 8, bottom: 26, left: 46, right: 10 },
    resemblance: { top: 8, bottom: 26, left: 46, right: 10 },
    specification: { top: 8, bottom: 4, left: 112, right: 8 },
  };

  const rowsOf = (columns) => {
    const keys = Object.keys(columns || {});
    if (!keys.length) return [];
    return columns[keys[0]].map((_, i) => Object.fromEntries(keys.map((key) => [key, columns[key][i]])));
  };
  const trendRows = () => rowsOf((report.trend[compared(state.comparison)] || {})[state.method]);

  // A tooltip made of text nodes alone.
  const tip = document.createElement("div");
  tip.id = "vg-tooltip-element";
  tip.setAttribute("role", "tooltip");
  document.body.append(tip);
  function tooltip(handler, event, item, value) {
    if (value === null || value === undefined || value === "") { tip.className = ""; return; }
    const table = document.createElement("table");
    for (const [key, text] of Object.entries(value)) {
      const row = table.insertRow();
      const name = row.insertCell();
      name.className = "key";
      name.textContent = key;
      row.insertCell().textContent = String(text);
    }
    tip.replaceChildren(table);
    tip.className = "visible";
    const box = tip.getBoundingClientRect();
    const left = Math.min(event.clientX + 14, innerWidth - box.width - 8);
    const above = event.clientY - box.height - 14;
    tip.style.left = Math.max(8, left) + "px";
    tip.style.top = (above > 8 ? above : event.clientY + 18) + "px";
  }
  addEventListener("scroll", () => { tip.className = ""; }, { passive: true });

  async function draw(slot, name, prepare) {
    const place = document.querySelector(`[data-slot="${slot}"]`);
    const given = report.specs[name];
    if (!place || !given) return null;
    const spec = structuredClone(given);
    const narrow = place.clientWidth < 520;
    if (aligned[slot]) {
      // One above the other: the same room on both sides, so that a month stands under itself.
      const padding = { left: 58, right: narrow ? 66 : 92, ...aligned[slot] };
      spec.padding = padding;
      spec.width = Math.max(120, place.clientWidth - padding.left - padding.right);
      spec.autosize = { type: "none" };
    } else {
      spec.width = "container";
      spec.autosize = { type: "fit-x", contains: "padding" };
    }
    if (prepare) prepare(spec, narrow);
    if (views[slot]) views[slot].finalize();
    views[slot] = await window.vegaEmbed(place, spec, {
      actions: false, ast: true, config: report.config, defaultStyle: false, logLevel: 1, mode: "vega-lite",
      renderer: "svg", tooltip,
    });
    return views[slot].view;
  }

  const drawTrend = () => draw("trend", `trend_${state.comparison}`, (spec, narrow) => {
    if (narrow) spec.height = 215;
    for (const param of spec.params || []) if (param.name === "unit") param.value = report.units[state.method];
    const rows = trendRows();
    if (rows.length) spec.datasets.trend = rows;
    const means = document.getElementById("trend-means");
    if (means) {
      means.textContent = report.units[state.method] === "share"
        ? "A share says whose photos the method finds nearer; the dashed line is where it cannot tell."
        : "A similarity of faces; only the distance between the lines matters, not their height.";
    }
  });

  const first = (kind) => Object.keys(report.specs).find((name) => name.startsWith(`${kind}_`));
  const drawView = (kind, height) => draw(kind, state[kind] ? `${kind}_${state[kind]}` : first(kind), (spec, narrow) => {
    if (narrow && height) spec.height = height;
  });
  const drawDifference = () => drawView("difference", 232);
  const drawResemblance = () => drawView("resemblance");
  const redraw = { projection: () => drawMap(), dimensions: () => drawMap(), difference: drawDifference, resemblance: drawResemblance };

  const drawMap = async () => {
    const three = state.dimensions === "3d";
    const view = await draw("map", `projection_${state.dimensions}_${state.projection}`, (spec, narrow) => {
      if (narrow) spec.height = 330;
    });
    const place = document.querySelector('[data-slot="map"]');
    const panel = document.querySelector(".turning");
    if (!place || !panel) return;
    panel.hidden = !three;
    place.classList.toggle("turnable", three);
    if (three && view) for (const slider of panel.querySelectorAll("input")) view.signal(slider.dataset.signal, Number(slider.value));
    if (three && view) view.runAsync();
  };

  // Turning: the sliders, and the same by dragging.
  let due = false;
  function turn() {
    if (due || state.dimensions !== "3d" || !views.map) return;
    due = true;
    requestAnimationFrame(async () => {
      due = false;
      const { view } = views.map;
      for (const slider of document.querySelectorAll(".turning input")) view.signal(slider.dataset.signal, Number(slider.value));
      await view.runAsync();
    });
  }
  const map = document.querySelector('[data-slot="map"]');
  if (map) {
    const [across, up] = document.querySelectorAll(".turning input");
    let from = null;
    map.addEventListener("pointerdown", (event) => {
      if (state.dimensions !== "3d") return;
      from = { x: event.clientX, y: event.clientY, turn: Number(across.value), tilt: Number(up.value) };
      map.setPointerCapture(event.pointerId);
    });
    map.addEventListener("pointermove", (event) => {
      if (!from) return;
      let angle = from.turn + (event.clientX - from.x) / 2;
      angle = ((angle + 540) % 360) - 180;
      across.value = angle;
      if (event.pointerType === "mouse") up.value = Math.max(-90, Math.min(90, from.tilt + (event.clientY - from.y) / 2));
      turn();
    });
    for (const end of ["pointerup", "pointercancel"]) map.addEventListener(end, () => { from = null; });
    for (const slider of [across, up]) slider.addEventListener("input", turn);
  }

  // The table of months follows the choice of method and comparison.
  function fillTable() {
    const table = document.getElementById("by-month");
    if (!table || !state.method) return;
    const rows = trendRows();
    const people = report.relatives.filter((name) => rows.some((row) => row.relative === name));
    const leads = report.leaders[state.method] || {};
    const leanings = report.leanings[state.method] || {};
    const nearer = [...table.tHead.rows[0].cells].some((cell) => cell.textContent === "Nearer");
    const head = document.createElement("tr");
    const title = (text, kind) => {
      const cell = document.createElement("th");
      cell.scope = "col";
      if (kind) cell.dataset.kind = kind;
      const inner = document.createElement("bdi");
      inner.textContent = text;
      cell.append(inner);
      head.append(cell);
    };
    title("Age", "number");
    for (const name of people) title(name, "number");
    if (nearer) title("Nearer");
    for (const text of ["Photo-days", "Faces"]) title(text, "number");
    table.tHead.replaceChildren(head);
    const body = document.createElement("tbody");
    for (const month of report.coverage) {
      const line = body.insertRow();
      if (!month.photo_days) line.className = "none";
      const age = document.createElement("th");
      age.scope = "row";
      age.dataset.sort = month.age_months;
      age.textContent = month.age_label;
      line.append(age);
      for (const name of people) {
        const found = rows.find((row) => row.age_months === month.age_months && row.relative === name);
        const cell = line.insertCell();
        cell.dataset.sort = found ? found.value : "";
        cell.textContent = found ? found.says : !month.photo_days && name === people[0] ? "no photos" : "";
      }
      if (nearer) {
        const cell = line.insertCell();
        const leader = leads[month.age_months];
        if (leader) {
          const name = document.createElement("b");
          name.className = "who";
          name.style.setProperty("--c", `var(--r${Math.max(0, report.relatives.indexOf(leader))})`);
          name.textContent = leader;
          cell.append(name);
        } else if (leanings[month.age_months]) {
          const pale = document.createElement("span");
          pale.className = "quiet";
          const name = document.createElement("bdi");
          name.textContent = leanings[month.age_months];
          pale.append("(", name, ")");
          cell.append(pale);
        }
      }
      line.insertCell().textContent = month.photo_days;
      line.insertCell().textContent = month.faces;
    }
    table.tBodies[0].replaceWith(body);
    const caption = document.getElementById("table-method");
    if (caption) caption.textContent = `${state.method.replaceAll("_", " ")}: ${(report.lines[state.method] || "").replace(/\.$/, "")}`;
    makeSortable(table);
  }

  function makeSortable(table) {
    for (const cell of table.tHead.rows[0].cells) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...cell.childNodes);
      cell.replaceChildren(button);
      button.addEventListener("click", () => {
        const falling = cell.getAttribute("aria-sort") === "ascending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        cell.setAttribute("aria-sort", falling ? "descending" : "ascending");
        const at = cell.cellIndex;
        const numbers = cell.dataset.kind === "number";
        const key = (row) => {
          const inner = row.cells[at];
          const text = inner.dataset.sort ?? inner.textContent.trim();
          if (!numbers) return text;
          const number = Number.parseFloat(text);
          return Number.isNaN(number) ? null : number;
        };
        const compared = [...table.tBodies[0].rows].map((row) => [key(row), row]);
        compared.sort(([a], [b]) => {
          if (a === null || a === "") return b === null || b === "" ? 0 : 1;
          if (b === null || b === "") return -1;
          const order = numbers ? a - b : a.localeCompare(b);
          return falling ? -order : order;
        });
        table.tBodies[0].append(...compared.map(([, row]) => row));
      });
    }
  }

  for (const select of document.querySelectorAll('select[data-choose="method"]')) {
    select.addEventListener("change", async () => {
      state.method = select.value;
      for (const other of document.querySelectorAll('select[data-choose="method"]')) other.value = select.value;
      await drawTrend();
      fillTable();
    });
  }
  for (const group of document.querySelectorAll("fieldset[data-choose]")) {
    group.addEventListener("change", async (event) => {
      state[group.dataset.choose] = event.target.value;
      if (group.dataset.choose === "comparison") { await drawTrend(); fillTable(); } else { await redraw[group.dataset.choose](); }
    });
  }
  document.querySelectorAll("table.sortable").forEach(makeSortable);

  const drawAll = async () => {
    await drawDifference();
    if (!document.documentElement.dataset.readable) document.documentElement.dataset.readable = "yes";
    await drawResemblance();
    await drawTrend();
    await draw("coverage", "coverage");
    const months = report.coverage.length;
    for (const slot of ["overall", "lead_heatmap", "agreement", "specification"]) {
      const place = document.querySelector(`[data-slot="${slot}"]`);
      if (place && slot === "lead_heatmap") place.style.minWidth = `${120 + 7 * months}px`;
      if (place && slot === "agreement") place.style.minWidth = `${130 + 27 * Object.keys(report.units).length}px`;
      await draw(slot, slot);
    }
    await drawMap();
    document.documentElement.dataset.drawn = "yes";
  };
  const failed = (error) => {
    document.documentElement.dataset.drawn = "failed";
    console.error(error);
  };
  drawAll().catch(failed);

  let width = innerWidth;
  let waiting = 0;
  addEventListener("resize", () => {
    if (innerWidth === width) return; // a phone's address bar changes the height alone
    width = innerWidth;
    clearTimeout(waiting);
    waiting = setTimeout(() => drawAll().catch(failed), 150);
  });
})();
