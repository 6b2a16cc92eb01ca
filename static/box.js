// A box on a picture is drawn with the mouse, and shown as it is entered.
const picture = document.querySelector('.fb-picture')
const shown = document.getElementById('box-new')
const fields = document.getElementById('tag-box').elements
const NAMES = ['left', 'top', 'width', 'height']
const hint = document.getElementById('box-hint')

function show () {
  const [x, y, width, height] = NAMES.map(name => 10 * (Number.parseInt(fields[name].value, 10) || 0))
  for (const [name, value] of Object.entries({ x, y, width, height })) shown.setAttribute(name, Math.max(0, value))
}

/** Where the pointer is, in whole per cent of the picture. */
function place (event) {
  const box = picture.getBoundingClientRect()
  return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]
    .map(part => Math.round(100 * Math.min(1, Math.max(0, part))))
}

if (picture) {
  let from = null
  hint.hidden = false
  picture.classList.add('fb-picture--drawn-on')
  picture.addEventListener('pointerdown', event => {
    if (event.button !== 0) return
    event.preventDefault()
    from = place(event)
    picture.setPointerCapture(event.pointerId)
  })
  picture.addEventListener('pointermove', event => {
    if (!from) return
    const to = place(event)
    const [left, top] = from.map((one, at) => Math.min(one, to[at], 99))
    const [width, height] = from.map((one, at) => Math.max(1, Math.abs(one - to[at])))
    Object.entries({ left, top, width, height }).forEach(([name, value]) => { fields[name].value = value })
    show()
  })
  picture.addEventListener('pointerup', () => {
    if (from) fields.words.focus()
    from = null
  })
  document.getElementById('tag-box').addEventListener('input', show)
  show()
}
