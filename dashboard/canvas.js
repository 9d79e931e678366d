// A sheet for a mouse, a pen or a finger. It hands over the paths, as JSON text, each
// time the pen is lifted; it takes over what canvas.py holds when that has another number,
// and adds the strokes that were drawn meanwhile.

export default function ({ data, parentElement, setStateValue }) {
  const sheet = parentElement.querySelector("canvas") ?? made(parentElement)
  const state = sheet.state
  Object.assign(state, { send: setStateValue, pen: data.pen })
  if (data.version !== state.version) takeOver(state, data)
  // How many strokes the server has: what waits for it, as a test does, can see it.
  sheet.dataset.taken = data.last
  fit(sheet, data)
  paint(sheet)
}

function takeOver(state, data) {
  const held = data.strokes ? JSON.parse(data.strokes) : { paths: [], pens: [] }
  // Each stroke has a number; what is not taken yet has a higher one than the last taken.
  const late = Math.max(0, state.count - data.last)
  const paths = late ? state.paths.slice(-late) : []
  const pens = late ? state.pens.slice(-late) : []
  state.version = data.version
  state.count = Math.max(state.count, data.last)
  state.paths = [...held.paths, ...paths]
  state.pens = [...held.pens, ...pens]
  if (late && state.drawing === null) setTimeout(() => handOver(state))
}

function handOver({ paths, pens, size, version, count, send }) {
  const strokes = JSON.stringify({ schema: 1, paths, pens, size })
  send("drawing", { strokes, version, last: count })
}

function made(parentElement) {
  const sheet = document.createElement("canvas")
  sheet.state = { paths: [], pens: [], size: [1, 1], drawing: null, count: 0 }
  // Focusable, so that a key pressed after a stroke does not go to a text field.
  sheet.tabIndex = -1
  sheet.setAttribute("role", "img")
  Object.assign(sheet.style, {
    display: "block",
    width: "100%",
    cursor: "crosshair",
    touchAction: "none",
    userSelect: "none",
    borderRadius: "4px",
    outline: "1px solid var(--st-border-color, grey)",
    outlineOffset: "-1px",
  })
  sheet.addEventListener("pointerdown", event => begin(sheet, event))
  sheet.addEventListener("pointermove", event => follow(sheet, event))
  sheet.addEventListener("pointerup", event => end(sheet, event))
  sheet.addEventListener("pointercancel", event => end(sheet, event))
  parentElement.appendChild(sheet)
  return sheet
}

function fit(sheet, data) {
  const [height, width] = data.size
  // On a dense screen, and where the sheet is wider than its size, it stays sharp.
  const density = 2 * Math.max(1, data.width / width)
  if (sheet.width !== Math.round(width * density)) {
    sheet.width = Math.round(width * density)
    sheet.height = Math.round(height * density)
  }
  sheet.state.size = [height, width]
  sheet.style.maxWidth = `${data.width}px`
  sheet.style.aspectRatio = `${width} / ${height}`
  sheet.setAttribute("aria-label", data.alt)
}

function begin(sheet, event) {
  const { state } = sheet
  // A second finger or the right button draws nothing.
  if (state.drawing !== null || event.button !== 0) return
  event.preventDefault()
  sheet.focus({ preventScroll: true })
  sheet.setPointerCapture(event.pointerId)
  state.drawing = event.pointerId
  state.paths.push([place(sheet, event)])
  state.pens.push(state.pen)
  state.count += 1
  paint(sheet)
}

function follow(sheet, event) {
  const { state } = sheet
  if (event.pointerId !== state.drawing) return
  const path = state.paths.at(-1)
  const events = event.getCoalescedEvents?.() ?? []
  for (const each of events.length ? events : [event]) {
    const point = place(sheet, each)
    const last = path.at(-1)
    if (Math.hypot(point[0] - last[0], point[1] - last[1]) >= 0.5) path.push(point)
  }
  paint(sheet)
}

function end(sheet, event) {
  const { state } = sheet
  if (event.pointerId !== state.drawing) return
  state.drawing = null
  handOver(state)
}

function place(sheet, event) {
  const box = sheet.getBoundingClientRect()
  const [height, width] = sheet.state.size
  const x = ((event.clientX - box.left) / box.width) * width
  const y = ((event.clientY - box.top) / box.height) * height
  return [Math.round(x * 100) / 100, Math.round(y * 100) / 100]
}

function paint(sheet) {
  const { paths, pens, size } = sheet.state
  const brush = sheet.getContext("2d")
  brush.setTransform(sheet.width / size[1], 0, 0, sheet.height / size[0], 0, 0)
  brush.fillStyle = "#000"
  brush.fillRect(0, 0, size[1], size[0])
  brush.fillStyle = brush.strokeStyle = "#fff"
  brush.lineCap = brush.lineJoin = "round"
  paths.forEach((path, number) => {
    brush.beginPath()
    brush.arc(...path[0], pens[number] / 2, 0, 2 * Math.PI)
    brush.fill()
    brush.beginPath()
    brush.lineWidth = pens[number]
    path.forEach(point => brush.lineTo(...point))
    brush.stroke()
  })
}
