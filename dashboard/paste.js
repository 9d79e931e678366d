// Takes a picture from the clipboard, pasted anywhere on the page or by its button, and
// hands over its bytes in base64; paste.py looks at them again.

const TEXT = "Paste a picture"
let listening

export default function ({ data, parentElement, setTriggerValue }) {
  const host = parentElement.querySelector(".paste") ?? made(parentElement)
  Object.assign(host.state, { maxBytes: data.max_bytes, send: setTriggerValue })
  // The last one that was drawn takes what is pasted.
  if (listening) document.removeEventListener("paste", listening)
  listening = event => pasted(host, event)
  document.addEventListener("paste", listening)
}

function made(parentElement) {
  const host = document.createElement("div")
  host.className = "paste"
  host.state = {}
  Object.assign(host.style, { display: "flex", gap: "10px", alignItems: "center" })
  host.button = document.createElement("button")
  host.button.type = "button"
  host.button.textContent = TEXT
  Object.assign(host.button.style, {
    font: "inherit",
    fontSize: "14px",
    padding: "4px 12px",
    minHeight: "40px",
    color: "inherit",
    background: "transparent",
    border: "1px solid var(--st-border-color, grey)",
    borderRadius: "var(--st-button-radius, 6px)",
    cursor: "pointer",
  })
  host.button.addEventListener("click", () => fromClipboard(host))
  host.said = document.createElement("span")
  host.said.setAttribute("aria-live", "polite")
  Object.assign(host.said.style, { fontSize: "14px", opacity: "0.7" })
  const hasKeys = !matchMedia("(pointer: coarse)").matches
  const keys = navigator.platform.startsWith("Mac") ? "\u2318V" : "Ctrl+V"
  // Without keys and without the right to read the clipboard nothing can be pasted.
  if (!hasKeys && !navigator.clipboard?.read) host.style.display = "none"
  if (hasKeys) host.said.textContent = `or press ${keys} anywhere on this page`
  host.append(host.button, host.said)
  parentElement.appendChild(host)
  return host
}

function pasted(host, event) {
  if (!host.isConnected) return document.removeEventListener("paste", listening)
  // Text that is pasted into a field is none of our business.
  const file = [...(event.clipboardData?.files ?? [])][0]
  if (!file) return
  event.preventDefault()
  hand(host, file, file.name)
}

async function fromClipboard(host) {
  // Browsers offer it to pages with https only, and ask the viewer first.
  if (!navigator.clipboard?.read) {
    say(host, "This browser lets nobody read the clipboard here: use the keyboard or the menu.")
    return
  }
  try {
    for (const item of await navigator.clipboard.read()) {
      const type = item.types.find(each => each.startsWith("image/"))
      if (type) return hand(host, await item.getType(type), "pasted picture")
    }
    say(host, "There is no picture in the clipboard: copy one first.")
  } catch {
    say(host, "The clipboard was not read: allow it, or use the keyboard.")
  }
}

function hand(host, blob, name) {
  const { maxBytes, send } = host.state
  if (blob.size > maxBytes) {
    const [got, most] = [blob.size, maxBytes].map(each => (each / 2 ** 20).toFixed(1))
    say(host, `Expected a picture of at most ${most} MB, got ${got} MB. Make it smaller.`)
    return
  }
  const reader = new FileReader()
  reader.onload = () => {
    say(host, "")
    const content = reader.result.slice(reader.result.indexOf(",") + 1)
    // Without the time, the same picture pasted twice would be no change.
    send("pasted", { name, content, at: Date.now() })
  }
  reader.onerror = () => say(host, "The pasted picture cannot be read: copy it again.")
  reader.readAsDataURL(blob)
}

function say(host, text) {
  host.said.textContent = text
}
