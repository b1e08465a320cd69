// Draws what ApexChart.razor.cs describes. Texts come ready from there; here are only places and colours.
// ApexCharts writes what it is given as markup, the names of series among it: it gets numbers and words of ours, and no name of a
// sender. Names go into the tooltip as text.
import { pace } from "../../js/pace.js";

let ApexCharts;
let charts = 0;

/** Whether the library is there. */
export async function load() {
  try {
    ApexCharts ??= (await import("../../lib/apexcharts/apexcharts.esm.js")).default;
    return true;
  } catch {
    return false;
  }
}

/** To be called after load. */
export async function create(host, component, json) {
  let model = JSON.parse(json);
  host.dataset.chart ??= `chart-${++charts}`;
  const place = host.appendChild(document.createElement("div"));
  const chart = new ApexCharts(place, options(host, model, () => model));
  // Where nothing is animated the library shows what it had hidden once more with each bar, which was half of a drawing with the bars of
  // seven models. Here nothing needs to be hidden.
  Object.defineProperty(chart.w.globals, "delayedElements", { get: () => [], set() { } });
  const pointer = followPointer(host, chart, component, () => model);
  const redraws = pace(host, draw, () => pointer.isBrushing() || host.matches(":hover"));
  await redraws.first(() => chart.render());
  shown();

  async function draw() {
    model = JSON.parse(await component.invokeMethodAsync("Draw"));
    return async () => {
      await chart.updateOptions(options(host, model, () => model, true), false, false, false);
      shown();
    };
  }

  function shown() {
    // Colours are the page's, so that they follow its theme without another drawing.
    for (const group of host.querySelectorAll("[data\\:realIndex]"))
      group.style.setProperty("--series", model.series[group.getAttribute("data:realIndex")].color);
    host.dataset.drawn = Number(host.dataset.drawn ?? 0) + 1;
  }

  return {
    change: redraws.change,
    dispose() {
      redraws.dispose();
      pointer.dispose();
      chart.destroy();
      place.remove();
      delete host.dataset.drawn;
    },
  };
}

function options(host, model, current, again = false) {
  const { series, step, ticks } = model;
  const still = again || matchMedia("(prefers-reduced-motion: reduce)").matches;
  host.toggleAttribute("data-clickable", model.clickable);
  return {
    chart: {
      type: "line", height: model.height, width: "100%", stacked: model.stacked, group: model.group ?? undefined, id: host.dataset.chart,
      animations: { enabled: !still, speed: 240, animateGradually: { enabled: false }, dynamicAnimation: { enabled: false } },
      toolbar: { show: false }, zoom: { enabled: false }, selection: { enabled: false },
      fontFamily: getComputedStyle(host).fontFamily, background: "transparent", parentHeightOffset: 0,
    },
    // A bar of nothing would still be drawn as a line, and lie over what can be clicked.
    series: series.map((s, i) => ({ name: `series-${i}`, type: s.type, data: s.type === "bar" ? s.values.map(v => v || null) : s.values })),
    stroke: { width: series.map(s => s.type === "bar" ? 0.75 : 1.5), curve: "straight", dashArray: series.map(s => s.dashed ? 4 : 0) },
    fill: { type: "solid", opacity: series.map(s => s.type === "area" ? 0.12 : 1) },
    plotOptions: { bar: { columnWidth: "82%", borderRadius: 1, borderRadiusApplication: "end" } },
    markers: { size: 0, strokeWidth: 0, hover: { size: 3 } },
    states: { hover: { filter: { type: "none" } }, active: { filter: { type: "none" } } },
    dataLabels: { enabled: false },
    legend: { show: false },
    grid: { strokeDashArray: 0, padding: { top: -14, right: 8, bottom: -6, left: 6 } },
    xaxis: {
      type: "category", categories: model.titles.map((_, i) => i), tooltip: { enabled: false },
      axisBorder: { show: false }, axisTicks: { show: false },
      crosshairs: { show: true, width: 1, position: "front", opacity: 1, stroke: { width: 1, dashArray: 0 }, fill: { type: "solid", color: "transparent" } },
      labels: { rotate: 0, trim: false, hideOverlappingLabels: false, style: { fontSize: "10.5px" }, formatter: index => current().labels[index] ?? "" },
    },
    yaxis: {
      min: 0, max: step * (ticks.length - 1), tickAmount: ticks.length - 1, crosshairs: { show: false },
      labels: { minWidth: 40, maxWidth: 64, style: { fontSize: "10.5px" }, formatter: value => current().ticks[Math.round(value / current().step)] ?? "" },
    },
    tooltip: { shared: true, intersect: false, custom: ({ dataPointIndex }) => tip(current(), dataPointIndex) },
  };
}

function tip(model, point) {
  const box = element("div", "tip");
  if (!(point in model.titles))
    return box;
  box.append(element("b", "", model.titles[point]));
  for (const s of model.series.filter(s => s.values[point] !== null && (s.values[point] !== 0 || model.series.length < 4))) {
    const mark = element("i");
    mark.style.background = s.color;
    const row = element("div");
    row.append(mark, element("span", "", s.name), element("output", "", s.texts[point]));
    box.append(row);
  }
  return box;
}

function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

// Clicks choose a point; a drag with mouse or pen brushes a stretch.
function followPointer(host, chart, component, current) {
  const control = new AbortController();
  const listen = (name, handler) => host.addEventListener(name, handler, { signal: control.signal });
  const brush = document.createElement("div");
  brush.className = "brush";
  let start = null;

  const area = () => {
    const { translateX, translateY, gridWidth, gridHeight } = chart.w.globals;
    const svg = host.querySelector("svg").getBoundingClientRect();
    return { left: svg.left + translateX, top: svg.top + translateY, width: gridWidth, height: gridHeight };
  };
  const inside = (x, a) => Math.min(Math.max(x, a.left), a.left + a.width);
  const pointAt = (x, a) => Math.min(current().titles.length - 1, Math.max(0, Math.floor((x - a.left) / a.width * current().titles.length)));
  const stop = () => {
    start = null;
    brush.remove();
  };

  listen("pointerdown", event => {
    if (event.button !== 0)
      return;
    const a = area();
    if (event.clientX >= a.left && event.clientX <= a.left + a.width && event.clientY >= a.top && event.clientY <= a.top + a.height)
      start = { x: event.clientX, brushes: current().brushable && event.pointerType !== "touch" };
  });
  listen("pointermove", event => {
    if (!start?.brushes || (!brush.isConnected && Math.abs(event.clientX - start.x) < 6))
      return;
    const a = area();
    const box = host.getBoundingClientRect();
    const [from, to] = [start.x, inside(event.clientX, a)].sort((x, y) => x - y);
    Object.assign(brush.style, { left: `${from - box.left}px`, width: `${to - from}px`, top: `${a.top - box.top}px`, height: `${a.height}px` });
    if (!brush.isConnected) {
      host.setPointerCapture(event.pointerId);
      host.append(brush);
    }
  });
  listen("pointerup", event => {
    if (start === null)
      return;
    const a = area();
    if (brush.isConnected) {
      const ends = [start.x, inside(event.clientX, a)].map(x => pointAt(x, a)).sort((x, y) => x - y);
      component.invokeMethodAsync("SelectRangeAsync", ...ends);
    } else if (current().clickable) {
      const bar = event.target.closest?.(".apexcharts-bar-area");
      const series = Number(bar?.closest("[data\\:realIndex]")?.getAttribute("data:realIndex") ?? 0);
      component.invokeMethodAsync("SelectPointAsync", series, bar ? Number(bar.getAttribute("j")) : pointAt(event.clientX, a));
    }
    stop();
  });
  listen("pointercancel", stop);
  listen("keydown", event => event.key === "Escape" && stop());
  return {
    isBrushing: () => brush.isConnected,
    dispose() {
      control.abort();
      brush.remove();
    },
  };
}
