// Draws Plotly figures in place, and hands over what was hit, selected or changed.
//
// figure.py loads this file once for all figures; it is called at each update.
// A figure whose layout.meta has `cells` (a heat map or a mosaic) is a grid: its cells
// are told, hit and walked through as whole ones, whatever lies under the pointer.

const WHILE_DRAGGING_MS = 100
const LABELS_PX = 34
const SOON_MS = 400
const PAINT_MS = 50
const LETTER_PX = 7
const MIN_TEXT_PX = 6
let loading

function load(url) {
  loading ??= new Promise((done, fail) => {
    const tag = document.createElement("script")
    tag.src = url
    tag.onload = () => done(window.Plotly)
    tag.onerror = () => {
      loading = undefined
      tag.remove()
      fail(
        new Error(
          "The browser could not load plotly.js from the server. Reload the page; " +
            "if that does not help, restart Inklab.",
        ),
      )
    }
    document.head.appendChild(tag)
  })
  return loading
}

export async function draw({ data, parentElement, setTriggerValue }, plotlyUrl) {
  const host = parentElement.querySelector(".figure") ?? made(parentElement)
  const figure = JSON.parse(data.figure)
  Object.assign(host.state, { data, figure, send: setTriggerValue })
  host.setAttribute("aria-label", data.alt)
  reserve(host)
  // Where it comes at once, words would only flicker.
  if (!host.drawn) host.state.soon ??= setTimeout(() => announce(host), SOON_MS)
  await load(plotlyUrl)
  // It may have failed before.
  if (!host.contains(host.plot))
    host.replaceChildren(host.plot, host.cursor, host.label, host.wait)
  await render(host)
}

function announce(host) {
  if (!host.drawn) host.wait.style.display = "grid"
}

function unannounce(host) {
  clearTimeout(host.state.soon)
  host.state.soon = undefined
  host.wait.style.display = "none"
}

export function sayThatItFailed({ parentElement }, error) {
  const host = parentElement.querySelector(".figure") ?? made(parentElement)
  unannounce(host)
  host.style.height = "auto"
  host.replaceChildren(`This figure cannot be drawn. ${error.message}`)
}

function made(parentElement) {
  const host = element("div", "figure", { position: "relative", width: "100%" })
  host.plot = element("div", "plot", {})
  host.cursor = element("div", "cursor", { ...FLOATING, boxSizing: "border-box" })
  host.label = element("div", "label", { ...FLOATING, ...LABEL })
  host.label.setAttribute("aria-live", "polite")
  host.wait = element("div", "wait", { ...FLOATING, inset: "0", placeContent: "center" })
  host.wait.textContent = "Drawing the figure\u2026"
  host.append(host.plot, host.cursor, host.label, host.wait)
  host.state = {}
  parentElement.appendChild(host)
  host.addEventListener("pointermove", event => {
    host.state.pointer = { x: event.clientX, y: event.clientY }
    tell(host)
  })
  host.addEventListener("pointerleave", () => {
    host.state.pointer = undefined
    tell(host)
  })
  host.addEventListener("click", event => {
    // plotly.js tells of no click beside the cells.
    if (!host.drawn) return
    const cell = labelledCell(host, { x: event.clientX, y: event.clientY })
    if (cell !== undefined) hitCell(host, cell)
  })
  host.addEventListener("keydown", event => press(host, event))
  host.addEventListener("blur", () => moveCursor(host, undefined))
  new ResizeObserver(() => resize(host)).observe(host)
  return host
}

function watchTheme(host) {
  // Streamlit paints a page in another theme without running it, but the colours of a
  // figure come from the page: it is asked for again.
  const colour = () => getComputedStyle(host).getPropertyValue("--st-background-color")
  let before = colour()
  const observer = new MutationObserver(() => {
    if (before && colour() !== before) host.state.send?.("theme", { at: Date.now() })
    before = colour()
  })
  for (let at = host.parentElement; at && at.dataset.testid !== "stMain"; at = at.parentElement)
    observer.observe(at, { attributes: true, attributeFilter: ["class", "style"] })
  host.theme = observer
}

const FLOATING = { position: "absolute", display: "none", pointerEvents: "none" }
const LABEL = {
  padding: "3px 7px",
  border: "1px solid",
  borderRadius: "3px",
  fontSize: "13px",
  lineHeight: "1.35",
  whiteSpace: "nowrap",
  zIndex: "10",
}

function element(tag, className, style) {
  const made = document.createElement(tag)
  made.className = className
  Object.assign(made.style, style)
  return made
}

// Sizes ------------------------------------------------------------------------------

function size(host) {
  const { height, meta } = host.state.figure.layout
  const width = host.clientWidth
  const fit = meta?.fit
  if (!fit) return { width, height }
  const cell = Math.min(fit.cell, (width - fit.across) / fit.columns)
  return { width, height: Math.max(Math.ceil(cell * fit.rows + fit.down), 40) }
}

function reserve(host) {
  // The page below does not jump when the figure comes.
  if (host.clientWidth) host.style.height = `${size(host).height}px`
}

function resize(host) {
  if (!host.isConnected) release(host)
  if (!host.state.figure || !host.clientWidth) return
  reserve(host)
  const now = host.drawn ? host.plot._fullLayout : {}
  const { width, height } = size(host)
  const isOther = now.width !== width || now.height !== height
  if (window.Plotly && (isOther || host.isOutdated)) render(host)
}

function release(host) {
  if (!host.drawn) return
  // Browsers have room for few WebGL figures: one that left the page gives it back.
  window.Plotly.purge(host.plot)
  // What is above it stays, and would keep it with all its data.
  host.theme.disconnect()
  host.drawn = host.bound = false
}

// Drawing ----------------------------------------------------------------------------

async function render(host) {
  // Two drawings at once would take each other's pictures away; and what is drawn
  // while it cannot be seen has no size.
  host.isOutdated = host.isDrawing || !host.clientWidth
  if (host.isOutdated) return
  // A new drawing would take the zoom box out of somebody's hand.
  if (host.plot._dragging) {
    clearTimeout(host.state.later)
    host.state.later = setTimeout(() => render(host), WHILE_DRAGGING_MS)
    return
  }
  host.isDrawing = true
  try {
    await drawOnce(host)
  } finally {
    host.isDrawing = false
  }
  if (host.isOutdated) await render(host)
}

async function drawOnce(host) {
  const { data } = host.state
  // plotly.js writes into what it is given, and compares what it is given next.
  const figure = structuredClone(host.state.figure)
  const layout = { ...figure.layout, ...size(host) }
  const canZoom = layout.dragmode !== false && !layout.xaxis?.fixedrange
  // A finger that scrolls the page must not be caught by a figure.
  if (isTouched() && !data.events.includes("selection")) layout.dragmode = false
  // To plotly.js another configuration is another figure, so it stays the same object.
  host.config ??= config(host, canZoom)
  const [{ type } = {}] = figure.data
  if (type === "parcoords") breakTitles(figure, layout)
  if (type === "image" && layout.meta?.fit) shrinkTexts(figure, layout)
  if (!host.drawn && (type === "parcoords" || type?.endsWith("gl"))) {
    // Without a graphics card it takes seconds, in which the browser shows nothing new.
    announce(host)
    await new Promise(done => setTimeout(done, PAINT_MS))
  }
  await window.Plotly.react(host.plot, figure.data, layout, host.config)
  host.drawn = true
  unannounce(host)
  bind(host)
  style(host)
  moveCursor(host, host.state.cursor)
  hoverAgain(host)
  // It may have left while it was drawn.
  if (!host.isConnected) release(host)
}

function breakTitles({ data: [{ dimensions, labelfont }] }, { width, margin }) {
  // Above axes that stand close to each other, as on a phone, there is room for two
  // short lines.
  const step = (width - margin.l - margin.r) / Math.max(dimensions.length - 1, 1)
  for (const axis of dimensions) {
    if (axis.label.length * LETTER_PX <= step) continue
    const spaces = [...axis.label.matchAll(/ /g)].map(found => found.index)
    const middle = axis.label.length / 2
    spaces.sort((one, other) => Math.abs(one - middle) - Math.abs(other - middle))
    if (spaces.length)
      axis.label = `${axis.label.slice(0, spaces[0])}<br>${axis.label.slice(spaces[0] + 1)}`
    labelfont.size = 11
  }
}

function shrinkTexts({ data }, { width, meta: { fit } }) {
  // What stands on the tiles of a mosaic shrinks with them, not into its neighbours.
  const share = (width - fit.across) / fit.columns / fit.cell
  if (share >= 1) return
  for (const { mode, textfont } of data)
    if (mode === "text") textfont.size = Math.max(textfont.size * share, MIN_TEXT_PX)
}

function isTouched() {
  return matchMedia("(pointer: coarse)").matches
}

function config(host, canZoom) {
  const chooses = host.state.data.events.includes("selection")
  const view = canZoom ? ["zoom2d", "pan2d", "resetScale2d"] : []
  if (chooses) view.push("lasso2d", "select2d")
  const { Icons } = window.Plotly
  const isGrid = Boolean(host.state.figure.layout.meta?.fit)
  const saves = [
    { name: "png", title: "Download as PNG", icon: Icons.camera, click: () => save(host, "png") },
    { name: "svg", title: "Download as SVG", icon: Icons.disk, click: () => save(host, "svg") },
  ]
  return {
    displaylogo: false,
    showTips: false,
    // Where nothing hovers, a tool bar would always be there.
    displayModeBar: isGrid && isTouched() ? false : "hover",
    doubleClick: "reset",
    modeBarButtons: view.length ? [view, saves] : [saves],
  }
}

function save(host, format) {
  const { data, layout } = host.plot
  const paper = layout.meta?.paper
  // On the page the figure lets its card show through; alone it needs its paper.
  const own = { ...layout, paper_bgcolor: paper, width: layout.width, height: layout.height }
  const filename = host.state.data.name
  const { width, height } = layout
  window.Plotly.downloadImage(
    { data, layout: own },
    { format, filename, width, height, scale: format === "png" ? 2 : 1 },
  )
}

function style(host) {
  const { _fullLayout: full } = host.plot
  const look = full.hoverlabel
  Object.assign(host.label.style, {
    background: look.bgcolor,
    borderColor: look.bordercolor,
    color: look.font.color,
    fontFamily: look.font.family,
  })
  host.cursor.style.border = `3px solid ${full.meta?.accent}`
  const walks = Boolean(cellsOf(host)) && host.state.data.events.includes("hit")
  if (walks) host.tabIndex = 0
  host.setAttribute("role", walks ? "application" : "img")
  // plotly.js draws the axes of parallel coordinates black on any paper.
  for (const line of host.plot.querySelectorAll(".parcoords .axis :is(path, line)"))
    line.style.stroke = look.font.color
  // A small picture has no room for a tool bar in it: it stands above the corner.
  const bar = host.plot.querySelector(".modebar-container")
  if (bar && full.meta?.fit) bar.style.top = "-26px"
}

// What happens in it -----------------------------------------------------------------

function bind(host) {
  if (host.bound) return
  host.bound = true
  watchTheme(host)
  const { plot } = host
  const hand = (kind, value) => {
    const { data, send } = host.state
    // Without the time, the same place hit twice would be no change.
    if (data.events.includes(kind)) send(kind, { ...value, at: Date.now() })
  }
  host.hit = value => hand("hit", value)
  plot.on("plotly_click", event => hitAt(host, event))
  plot.on("plotly_selected", event => {
    // plotly.js tells of a box that it was given to draw too, which nobody chose.
    if (!event?.points || host.isDrawing) return
    hand("selection", { points: event.points.map(numbered), box: boxAround(event) })
  })
  plot.on("plotly_deselect", () => hand("selection", { points: [] }))
  plot.on("plotly_relayout", values => {
    // What is selected is told by an event of its own.
    const isSelection = Object.keys(values).every(name => name.startsWith("selections"))
    if (!isSelection) hand("change", { values })
  })
  plot.on("plotly_restyle", ([values, traces]) =>
    hand("change", { values: axesOf(plot, traces) ?? values, traces }),
  )
}

function boxAround({ range, lassoPoints }) {
  if (range || !lassoPoints) return range
  const span = values => [Math.min(...values), Math.max(...values)]
  return { x: span(lassoPoints.x), y: span(lassoPoints.y) }
}

function axesOf(plot, [trace]) {
  // Axes of parallel coordinates can be dragged to another place, and plotly.js tells
  // a brushed one by its place: all are told by name, from left to right.
  const { type, dimensions } = plot.data[trace] ?? {}
  if (type !== "parcoords") return
  return { axes: dimensions.map(({ name, constraintrange }) => [name, rangesOf(constraintrange)]) }
}

function rangesOf(held) {
  if (!held?.length) return []
  return Array.isArray(held[0]) ? held : [held]
}

function numbered({ curveNumber, customdata, pointNumber }) {
  return [curveNumber, Number.isInteger(customdata) ? customdata : pointNumber]
}

function hitAt(host, event) {
  if (cellsOf(host)) {
    const { clientX: x, clientY: y } = event.event
    const cell = cellAt(host, { x, y })
    if (cell !== undefined) hitCell(host, cell)
    return
  }
  const point = nearest(host, event)
  const [trace, index] = numbered(point)
  host.hit({ trace, index, x: point.x ?? null, y: point.y ?? null })
}

function nearest(host, { points, event }) {
  // All curves are hit at once where they are told at once.
  const top = host.plot.getBoundingClientRect().top
  const away = ({ yaxis, y }) =>
    yaxis ? Math.abs(yaxis._offset + yaxis.d2p(y) + top - event.clientY) : 0
  return points.reduce((best, point) => (away(point) < away(best) ? point : best))
}

// Cells ------------------------------------------------------------------------------

function cellsOf(host) {
  return host.plot._fullLayout?.meta?.cells
}

function hitCell(host, cell) {
  const { columns } = cellsOf(host)
  host.hit({ trace: 0, index: cell, x: cell % columns, y: Math.floor(cell / columns) })
}

function cellAt(host, place) {
  const { columns, captions } = cellsOf(host)
  const { column, row } = placeAt(host, place)
  const cell = row * columns + column
  if (column < 0 || column >= columns || row < 0 || cell >= captions.length)
    return labelledCell(host, place)
  return cell
}

function placeAt(host, { x, y }) {
  const { xaxis, yaxis } = host.plot._fullLayout
  const { left, top } = host.plot.getBoundingClientRect()
  const [across, down] = [x - left - xaxis._offset, y - top - yaxis._offset]
  return {
    column: Math.round(xaxis.p2l(across)),
    row: Math.round(yaxis.p2l(down)),
    isLeft: across < 0 && across > -LABELS_PX,
    isBelow: down > yaxis._length && down < yaxis._length + LABELS_PX,
    isBeside: down >= 0 && down <= yaxis._length,
    isUnder: across >= 0 && across <= xaxis._length,
  }
}

function labelledCell(host, place) {
  // Where the last row and column are totals, the label of a row or a column is as its
  // total: names are larger than cells if there are many.
  const { columns, captions, totals } = cellsOf(host) ?? {}
  if (!totals) return
  const { column, row, isLeft, isBelow, isBeside, isUnder } = placeAt(host, place)
  if (isLeft && isBeside) return Math.min(row, columns - 1) * columns + columns - 1
  if (isBelow && isUnder) return captions.length - columns + Math.min(column, columns - 1)
}

function boxOf(host, cell) {
  const { columns } = cellsOf(host)
  const { xaxis, yaxis } = host.plot._fullLayout
  const [column, row] = [cell % columns, Math.floor(cell / columns)]
  const left = xaxis._offset + xaxis.l2p(column - 0.5)
  const top = yaxis._offset + yaxis.l2p(row - 0.5)
  const side = Math.abs(xaxis.l2p(1) - xaxis.l2p(0))
  return { left, top, side }
}

// Keyboard ---------------------------------------------------------------------------

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }

function press(host, event) {
  const cells = host.drawn && cellsOf(host)
  if (!cells || !host.state.data.events.includes("hit")) return
  // Alt and an arrow is the browser's own, and Enter is that of the tool bar's buttons.
  if (event.altKey || event.ctrlKey || event.metaKey || event.target !== host) return
  const { cursor } = host.state
  if (event.key === "Enter" || event.key === " ") {
    if (cursor !== undefined) hitCell(host, cursor)
  } else if (event.key === "Escape") {
    moveCursor(host, undefined)
  } else if (STEPS[event.key]) {
    moveCursor(host, stepped(cells, cursor, STEPS[event.key]))
  } else return
  event.preventDefault()
}

function stepped({ columns, captions, start }, cursor, [across, down]) {
  if (cursor === undefined) return start ?? 0
  const column = (cursor % columns) + across
  const next = cursor + across + down * columns
  return column < 0 || column >= columns || next < 0 || next >= captions.length
    ? cursor
    : next
}

function moveCursor(host, cell) {
  const cells = cellsOf(host)
  host.state.cursor = cell
  const isShown = cells && cell !== undefined && cell < cells.captions.length
  host.cursor.style.display = isShown ? "block" : "none"
  if (isShown) {
    const { left, top, side } = boxOf(host, cell)
    place(host.cursor, left, top)
    Object.assign(host.cursor.style, { width: `${side}px`, height: `${side}px` })
  }
  tell(host)
}

// Telling what is under the pointer --------------------------------------------------

function tell(host) {
  if (!host.drawn) return
  const { pointer, cursor } = host.state
  if (cellsOf(host)) {
    const cell = pointer ? cellAt(host, pointer) : cursor
    return tellCell(host, cell)
  }
  host.label.style.display = "none"
}

function hoverAgain(host) {
  // What plotly.js told before went with the old drawing.
  const { pointer } = host.state
  const { xaxis, yaxis, hovermode } = host.plot._fullLayout
  if (!pointer || cellsOf(host) || !hovermode || !xaxis || !yaxis) return
  const { left, top } = host.plot.getBoundingClientRect()
  const xpx = pointer.x - left - xaxis._offset
  const ypx = pointer.y - top - yaxis._offset
  const isInside = xpx >= 0 && xpx <= xaxis._length && ypx >= 0 && ypx <= yaxis._length
  if (isInside) window.Plotly.Fx.hover(host.plot, { xpx, ypx }, "xy")
}

function tellCell(host, cell) {
  const { label } = host
  const text = cell === undefined ? "" : cellsOf(host).captions[cell]
  label.style.display = text ? "block" : "none"
  if (!text) return
  // As text, never as HTML: names come from outside.
  if (label.textContent !== text) label.textContent = text
  const { left, top, side } = boxOf(host, cell)
  const below = top + side + 4
  const x = Math.min(left + side / 2, host.clientWidth - label.offsetWidth)
  place(label, Math.max(x, 0), top > label.offsetHeight + 8 ? top - label.offsetHeight - 4 : below)
}

function place(element, left, top) {
  Object.assign(element.style, { left: `${left}px`, top: `${top}px` })
}
