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

function keep (start, end, words) {
  const { elements } = formOf()
  elements.start.value = start
  elements.end.value = end
  // Words that are only selected are no loss when the page is left: only what is done with them is.
  elements.words.value = elements.words.defaultValue = words
}

/** What was selected is selected no more; words that were typed stay. */
function forget () {
  if (formOf()?.elements.start.value) keep('', '', '')
}

document.addEventListener('selectionchange', () => {
  const range = formOf() && selected()?.getRangeAt(0)
  if (!range || range.collapsed) return
  const words = range.toString()
  if (words.trim()) keep(offset(range.startContainer, range.startOffset), offset(range.endContainer, range.endOffset), words)
  else forget()
})

// Words changed by hand are looked for on the page; what was selected before says nothing of them.
document.addEventListener('input', event => {
  const form = event.target.closest?.('#tag-passage, #strike')
  if (form && event.target.name === 'words') form.elements.start.value = form.elements.end.value = ''
})

// By keyboard: an arrow selects the next word, with Shift one more, from the hit that was gone to where there is one; T
// goes on to the criteria. Where the browser itself moves a caret through the text, or extends what the mouse began, it
// is left to do so.
const WAYS = {
  ArrowRight: ['forward', 'word'],
  ArrowLeft: ['backward', 'word'],
  ArrowDown: ['forward', 'line'],
  ArrowUp: ['backward', 'line']
}
const WORD = /[\p{L}\p{N}]+(?:['’.,/@&\-\u2010-\u2015][\p{L}\p{N}]+)*/gu
let ours = false // the selection was made here
let anchor = 0 // the place, among the words, of the one that the selection began with
let focus = 0 // and of the one that it was extended to

/** Every word of the text, as [start, end] of its string. */
const words = () => [...textOf().textContent.matchAll(WORD)].map(found => [found.index, found.index + found[0].length])

/** How much of the text's string stands before a place in it. */
function before (node, at) {
  const range = document.createRange()
  range.setStart(textOf(), 0)
  range.setEnd(node, at)
  return range.toString().length
}

/** The place in the page of one in the text's string. */
function placeOf (at, end) {
  const nodes = document.createTreeWalker(textOf(), NodeFilter.SHOW_TEXT)
  let passed = 0
  let last = null
  while (nodes.nextNode()) {
    last = nodes.currentNode
    if (at < passed + last.length || (end && at === passed + last.length)) return [last, at - passed]
    passed += last.length
  }
  return [last, last.length]
}

/** Where the keyboard begins: at the hit that was gone to, else with the first word that is seen. */
function beginning () {
  const text = textOf()
  const hit = document.activeElement?.closest('.fb-mark--search') ?? text.querySelector('.fb-mark--hit')
  if (hit && text.contains(hit)) return before(hit, 0)
  const { left, top } = text.closest('.fb-pane').getBoundingClientRect()
  const own = text.getBoundingClientRect()
  const place = document.caretPositionFromPoint?.(Math.max(left, own.left) + 4, Math.max(top, own.top, 0) + 12)
  return place && text.contains(place.offsetNode) ? before(place.offsetNode, place.offset) : 0
}

/** The place, among the words, of the first that ends after a place in the string. */
function wordAt (all, at) {
  const found = all.findIndex(([, end]) => end > at)
  return found < 0 ? all.length - 1 : found
}

/** From a word to the one a line further on, as the browser breaks lines. */
function lineOn (all, from, way) {
  const selection = getSelection()
  selection.collapse(...placeOf(all[from][0]))
  selection.modify('move', way, 'line')
  const there = textOf().contains(selection.focusNode) ? wordAt(all, before(selection.focusNode, selection.focusOffset)) : from
  return there === from ? from + (way === 'forward' ? 1 : -1) : there
}

function selectWord (event, [way, unit]) {
  const all = words()
  const selection = selected()
  if (!all.length || (selection && !selection.isCollapsed && !ours)) return
  const begun = ours && selection && !selection.isCollapsed
  if (!begun && unit === 'line' && !event.shiftKey) return // scrolls
  event.preventDefault()
  const step = way === 'forward' ? 1 : -1
  if (!begun) anchor = focus = wordAt(all, beginning())
  else if (unit === 'line') focus = lineOn(all, focus, way)
  else focus = event.shiftKey ? focus + step : (step > 0 ? Math.max(anchor, focus) : Math.min(anchor, focus)) + step
  focus = Math.min(Math.max(focus, 0), all.length - 1)
  if (!event.shiftKey) anchor = focus
  const [first, last] = [all[Math.min(anchor, focus)], all[Math.max(anchor, focus)]]
  const ends = [placeOf(first[0]), placeOf(last[1], true)]
  if (focus < anchor) ends.reverse()
  getSelection().setBaseAndExtent(...ends[0], ...ends[1])
  ours = true
  getSelection().focusNode.parentElement?.scrollIntoView?.({ block: 'nearest' })
  say(getSelection().toString())
}

document.addEventListener('pointerdown', () => { ours = false })
document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || !event.target.closest?.('.fb-reader__text')) return
  if (WAYS[event.key]) return selectWord(event, WAYS[event.key])
  if (event.key === 'Escape' && selected()) {
    getSelection().removeAllRanges()
    ours = false
    forget()
  }
  const onward = { n: 'next', p: 'prev' }[event.key.toLowerCase()]
  const link = onward && document.querySelector(`.fb-way a[rel="${onward}"]`)
  if (link) location.assign(`${link.href}#reader-text`) // where the keyboard goes on
  if (onward) return
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

/** A link to a highlight that is not here: on its card, or in a sentence, where it is. */
async function tellWhere (name) {
  const told = document.getElementById('where')
  told?.replaceChildren()
  if (!told || !/^E-\d+$/.test(name)) return
  const card = document.getElementById(`card-${name}`)
  if (card) {
    card.scrollIntoView({ block: 'center' })
    return card.querySelector('a')?.focus({ preventScroll: true })
  }
  const answer = await fetch(`${told.dataset.where}?item=${name}`).catch(() => null)
  if (answer?.ok && !answer.redirected) told.innerHTML = await answer.text()
}

function showPlace () {
  for (const piece of document.querySelectorAll('.fb-mark--opened')) piece.classList.remove('fb-mark--opened')
  // Without an anchor, as after a sign-in on the way, the address still names what it opens.
  const name = decodeURIComponent(location.hash.slice(1)) || new URLSearchParams(location.search).get('item') || ''
  const place = document.getElementById(name)
  tellWhere(place ? '' : name)
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

// What a criterion says, for who sees, while the keyboard or the pointer is on it.
for (const name of ['pointerover', 'focusin']) {
  document.addEventListener(name, ({ target }) => {
    const criterion = target.closest?.('#criteria-list .govuk-checkboxes__item')
    if (criterion) document.querySelector('.fb-criteria__said').textContent = criterion.title
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
