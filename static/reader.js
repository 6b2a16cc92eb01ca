// Reading a page: words that are selected go into the form that tags them, as code points of the page's text; and what
// belongs together in text and list is shown together.
import { say } from './fieldbook.js'

const points = text => [...text].length
const textOf = () => document.getElementById('page-text')
const formOf = () => document.getElementById('tag-passage') ?? document.getElementById('strike')

/** The selection, where all of it lies in the page's text. */
function selected () {
  const selection = document.getSelection()
  const text = textOf()
  if (!text || !selection.rangeCount) return null
  const range = selection.getRangeAt(0)
  return text.contains(range.startContainer) && text.contains(range.endContainer) ? selection : null
}

/** How many code points of the text stand before a place in it. */
function offset (node, at) {
  const range = document.createRange()
  range.setStart(textOf(), 0)
  range.setEnd(node, at)
  return points(range.toString())
}

document.addEventListener('selectionchange', () => {
  const form = formOf()
  const range = form && selected()?.getRangeAt(0)
  const words = range?.toString() ?? ''
  if (!words.trim()) return
  form.elements.start.value = offset(range.startContainer, range.startOffset)
  form.elements.end.value = offset(range.endContainer, range.endOffset)
  // Words that are only selected are no loss when the page is left: only what is done with them is.
  form.elements.words.value = form.elements.words.defaultValue = words
})

// Words changed by hand are looked for on the page; what was selected before says nothing of them.
document.addEventListener('input', event => {
  const form = event.target.closest?.('#tag-passage, #strike')
  if (form && event.target.name === 'words') form.elements.start.value = form.elements.end.value = ''
})

// By keyboard: an arrow selects the next word, with Shift one more; T goes on to the criteria. Where the browser itself
// moves a caret through the text, or extends what the mouse began, it is left to do so.
const WAYS = {
  ArrowRight: ['forward', 'word'],
  ArrowLeft: ['backward', 'word'],
  ArrowDown: ['forward', 'line'],
  ArrowUp: ['backward', 'line']
}
let ours = false // the selection was made here

function firstWordSeen (text) {
  const { left, top } = text.closest('.fb-pane').getBoundingClientRect()
  const own = text.getBoundingClientRect()
  const y = Math.max(top, own.top, 0) + 12
  const place = document.caretPositionFromPoint?.(Math.max(left, own.left) + 4, y)
  if (place && text.contains(place.offsetNode)) getSelection().collapse(place.offsetNode, place.offset)
  else getSelection().collapse(text, 0)
}

function selectWord (event, [way, unit]) {
  const text = textOf()
  let selection = selected()
  if (selection && !ours) return
  if (!selection) {
    if (unit === 'line' && !event.shiftKey) return // scrolls
    firstWordSeen(text)
    selection = getSelection()
  } else if (!event.shiftKey) {
    selection[way === 'forward' ? 'collapseToEnd' : 'collapseToStart']()
    if (unit === 'line') selection.modify('move', way, 'line')
  }
  event.preventDefault()
  selection.modify('extend', unit === 'line' && !event.shiftKey ? 'forward' : way, event.shiftKey ? unit : 'word')
  ours = true
  selection.focusNode.parentElement?.scrollIntoView?.({ block: 'nearest' })
  say(selection.toString())
}

document.addEventListener('pointerdown', () => { ours = false })
document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || !event.target.closest?.('.fb-reader__text')) return
  if (WAYS[event.key]) return selectWord(event, WAYS[event.key])
  if (event.key === 'Escape' && selected()) {
    getSelection().removeAllRanges()
    ours = false
  }
  const onward = { n: 'next', p: 'prev' }[event.key.toLowerCase()]
  if (onward) return document.querySelector(`.fb-way a[rel="${onward}"]`)?.click()
  if (event.key.toLowerCase() === 't' && formOf()) {
    event.preventDefault()
    const { words, criteria } = formOf().elements
    document.getElementById(words.value && criteria ? 'criteria' : 'words').focus()
  }
})

// A passage is tagged: its form is emptied where it stands, unless something was typed while it was on its way.
const filled = form => new URLSearchParams(new FormData(form)).toString()
let sent = ''

document.addEventListener('htmx:beforeRequest', event => {
  if (event.target.id === 'tag-passage') sent = filled(event.target)
})

document.addEventListener('htmx:beforeSwap', event => {
  const { xhr, requestConfig } = event.detail
  const form = requestConfig.elt
  if (form.id !== 'tag-passage' || xhr.status !== 200 || filled(form) !== sent) return
  for (const box of form.querySelectorAll('input[type=checkbox]')) box.checked = false
  for (const text of form.querySelectorAll('textarea')) text.value = text.defaultValue = ''
  for (const radio of form.querySelectorAll('input[type=radio]')) radio.checked = radio.value === ''
  form.elements.start.value = form.elements.end.value = ''
  getSelection().removeAllRanges()
  ours = false
})

// A link to a highlight shows all of it: where others overlap it, it is in several pieces.
const piecesOf = reference => document.querySelectorAll(`#page-text [data-item="${CSS.escape(reference)}"]`)

function show (reference, on, name) {
  for (const piece of piecesOf(reference)) piece.classList.toggle(name, on)
}

function showPlace () {
  for (const piece of document.querySelectorAll('.fb-mark--opened')) piece.classList.remove('fb-mark--opened')
  const place = document.getElementById(decodeURIComponent(location.hash.slice(1)))
  if (!place || !textOf()?.contains(place)) return
  show(place.id, true, 'fb-mark--opened')
  place.scrollIntoView({ block: 'center' })
  place.focus({ preventScroll: true })
}

// A label, a card, or for who points at them the words, of which the innermost mark is meant: what belongs to it is shown.
const about = ({ target, type }) => target.closest?.(type.startsWith('pointer') ? '#page-text [data-item]' : '.fb-mark__label')?.dataset.item ?? target.closest?.('[id^="card-"]')?.id.slice(5)
for (const [name, on] of [['pointerover', true], ['pointerout', false], ['focusin', true], ['focusout', false]]) {
  document.addEventListener(name, event => {
    const reference = about(event)
    if (!reference) return
    show(reference, on, 'fb-mark--current')
    document.getElementById(`card-${reference}`)?.classList.toggle('fb-evidence--current', on)
  })
}

window.addEventListener('hashchange', showPlace)
showPlace()

// Why there is no picture stands in its place.
document.addEventListener('error', async ({ target }) => {
  if (!target.matches?.('.fb-picture img')) return
  const answer = await fetch(target.src).catch(() => null)
  const words = document.createElement('p')
  words.className = 'govuk-body fb-reader__no-picture'
  words.textContent = answer && !answer.ok && !answer.redirected ? await answer.text() : 'The picture could not be loaded. Load the page again.'
  target.closest('.fb-picture').replaceWith(words)
}, true)
for (const picture of document.querySelectorAll('.fb-picture img')) {
  if (picture.complete && !picture.naturalWidth) picture.dispatchEvent(new Event('error'))
}

// What was typed for the result of a check goes along with the other forms beside it, and comes back with the page.
document.addEventListener('submit', event => {
  const result = document.getElementById('result-form')
  if (!result || event.target === result || !result.parentElement.contains(event.target)) return
  for (const held of event.target.querySelectorAll('[data-typed]')) held.remove()
  const typed = new FormData(result)
  for (const name of ['result', 'note']) {
    const held = document.createElement('input')
    Object.assign(held, { type: 'hidden', name, value: typed.get(name) ?? '' })
    held.dataset.typed = ''
    event.target.append(held)
  }
})
