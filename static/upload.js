// A bar for each file of a form while it is sent. Without this script the form is sent as it is, without bars.
import { say } from './fieldbook.js'

const size = bytes => bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`
let chosen = null // the files of a form that was answered with something to correct: they need not be chosen again

function input (form) {
  return form.querySelector('input[type="file"]')
}

function show (form) {
  const list = form.querySelector('[data-fb-uploads]')
  list.replaceChildren(...[...input(form).files].map((file, at) => {
    const line = document.createElement('li')
    const name = document.createElement('span')
    const bar = document.createElement('progress')
    name.textContent = `${file.name} (${size(file.size)})`
    name.id = `upload-${at}`
    bar.className = 'fb-progress'
    bar.max = Math.max(file.size, 1)
    bar.value = 0
    bar.setAttribute('aria-labelledby', name.id)
    line.append(name, bar)
    return line
  }))
  list.hidden = false
}

// The files follow one another in what is sent: what has gone out fills the first bar, then the next.
function fill (form, sent, total) {
  const bars = [...form.querySelectorAll('[data-fb-uploads] progress')]
  const files = [...input(form).files]
  let left = sent - Math.max(0, total - files.reduce((sum, file) => sum + file.size, 0))
  files.forEach((file, at) => {
    if (!bars[at]) return
    bars[at].value = sent >= total ? bars[at].max : Math.max(0, Math.min(file.size, left))
    left -= file.size
  })
}

// Which files are chosen, right below the field.
function name (form) {
  const files = [...input(form).files]
  const list = form.querySelector('[data-fb-chosen]')
  input(form).after(list)
  list.replaceChildren(...files.map(file => {
    const line = document.createElement('li')
    line.textContent = `${file.name} (${size(file.size)})`
    return line
  }))
  list.hidden = files.length < 2 // the field itself names a single one
  return files
}

// Chosen or dropped: that is announced, too.
document.addEventListener('change', event => {
  const form = event.target.matches?.('input[type="file"]') && event.target.closest('form[data-fb-upload]')
  if (!form) return
  const files = name(form)
  say(files.length === 1 ? `${files[0].name} is chosen.` : `${files.length} files are chosen.`)
})

// A file that is dropped beside the field would open in place of the page.
for (const kind of ['dragover', 'drop']) {
  document.addEventListener(kind, event => {
    const there = event.target.closest?.('input[type="file"]')
    if (there || !document.querySelector('form[data-fb-upload]')) return
    event.preventDefault()
    if (kind === 'dragover') event.dataTransfer.dropEffect = 'none'
  })
}

document.addEventListener('htmx:beforeRequest', event => {
  const form = event.target.closest?.('form[data-fb-upload]')
  if (!form) return
  show(form)
  form.querySelector('[data-fb-chosen]').hidden = true
  chosen = input(form).files
  for (const button of form.querySelectorAll('button[type="submit"]')) button.disabled = true
  say(`${chosen.length === 1 ? 'One file is' : `${chosen.length} files are`} being sent.`)
})

document.addEventListener('htmx:xhr:progress', event => {
  const form = event.target.closest?.('form[data-fb-upload]')
  const { lengthComputable, loaded, total } = event.detail
  const files = form ? [...input(form).files].reduce((sum, file) => sum + file.size, 0) : 0
  if (form && lengthComputable && total >= files) fill(form, loaded, total) // the answer's own progress is not shown
})

document.addEventListener('htmx:afterRequest', event => {
  const form = event.target.closest?.('form[data-fb-upload]')
  if (!form || event.detail.xhr?.getResponseHeader('HX-Redirect')) return
  form.querySelector('[data-fb-uploads]').hidden = true
  for (const button of form.querySelectorAll('button[type="submit"]')) button.disabled = false
})

document.addEventListener('htmx:load', event => {
  const form = event.detail.elt?.querySelector?.('form[data-fb-upload]')
  if (!form || !chosen?.length || input(form).files.length) return
  input(form).files = chosen
  name(form)
})
