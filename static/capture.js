// The composer of the capture page. Enter saves, typing goes on at once; each note shows whether it is saved.
// Notes go out one after the other, in the order typed, each under an operation of its own: sent twice, it is kept once.
import { say } from './fieldbook.js'

const PATIENCE = 20_000 // milliseconds for one answer
const OFFERED = 8 // criteria at once: a longer list is narrowed by typing on
const RETRY = [1000, 2000, 5000, 10_000]

const form = document.getElementById('composer')
const words = form.elements.words
const notes = document.getElementById('notes')
const stream = document.getElementById('stream')
const who = document.querySelector('.fb-account__name').textContent

const queue = [] // { body: URLSearchParams, line: li }
let busy = false

// Saving ------------------------------------------------------------------------------------------------------------

function save () {
  if (!words.value.trim()) {
    words.focus()
    say('Type what was said, then press Enter.')
    return
  }
  form.elements.said_at.value = new Date().toISOString()
  const body = new URLSearchParams(new FormData(form))
  body.set('shown', document.getElementById('identity').dataset.state)
  const line = pending(body)
  notes.append(line)
  document.getElementById('no-notes')?.remove()
  queue.push({ body, line })
  form.elements.operation.value = crypto.randomUUID?.() ?? uuid()
  words.value = ''
  form.elements.quote.checked = false
  form.elements.direction.value = ''
  close()
  words.focus()
  toNewest()
  remember(body.get('speaker'))
  next()
}

/** The note as it was typed, until the server's own line takes its place. */
function pending (body) {
  const line = document.createElement('li')
  line.className = 'fb-note'
  const time = document.createElement('time')
  time.className = 'fb-note__time'
  time.textContent = new Date().toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
  const who = document.createElement('span')
  who.className = 'fb-note__who'
  who.textContent = body.get('speaker')
  const text = document.createElement('p')
  text.className = 'fb-note__words'
  text.textContent = body.get('words')
  const tags = document.createElement('div')
  tags.className = 'fb-note__tags'
  const about = document.createElement('span')
  about.className = 'fb-note__prompt'
  about.textContent = body.get('prompt') ?? ''
  tags.append(about)
  const state = document.createElement('span')
  state.className = 'fb-note__state'
  line.append(time, who, text, tags, state)
  show(line, 'sending', 'Sending')
  return line
}

function show (line, state, sentence) {
  const mark = document.createElement('span')
  mark.className = `fb-save fb-save--${state}`
  mark.textContent = sentence
  line.querySelector('.fb-note__state').replaceChildren(mark)
  line.classList.toggle('fb-note--refused', state === 'refused')
}

async function next (tries = 0) {
  if (busy && tries === 0) return
  const entry = queue[0]
  if (!entry) {
    busy = false
    return
  }
  busy = true
  const answer = await send(entry.body)
  if (answer?.status === 200) {
    replace(entry.line, await answer.text())
    queue.shift()
    if (entry.body.get('prompt') && !queue.length) showCovered()
    say(queue.length ? `${queue.length} notes are being sent` : 'Saved')
    return next(1)
  }
  if (answer && answer.status < 500 && answer.status !== 429) {
    queue.shift()
    refuse(entry, await reason(answer), answer.status)
    return next(1)
  }
  show(entry.line, 'kept', 'Not saved yet: trying again')
  if (tries === 1 || tries === 0) say('The server cannot be reached. Keep this page open: your notes are sent when it is back.')
  setTimeout(() => next(tries + 1), RETRY[Math.min(tries, RETRY.length - 1)])
}

/** The server's answer; null when there is none. A form token that has had its day is changed for a new one, once. */
async function send (body, again = true) {
  body.set('csrf_token', form.elements.csrf_token.value)
  try {
    const answer = await fetch(form.action, {
      method: 'POST',
      body,
      headers: { 'HX-Request': 'true', 'HX-Current-URL': location.pathname },
      signal: AbortSignal.timeout(PATIENCE)
    })
    if (answer.status !== 400 || !again) return answer
    const now = await whoIsHere()
    if (now === who) return send(body, false)
    return { status: now ? 403 : 401, text: async () => '' }
  } catch {
    return null
  }
}

/** Who is signed in now, empty for nobody; the same person, perhaps anew in another tab, gets the form token of now. */
async function whoIsHere () {
  const answer = await fetch(location.pathname, { signal: AbortSignal.timeout(PATIENCE) })
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  const name = page.querySelector('.fb-account__name')?.textContent ?? ''
  if (name === who) {
    const token = page.querySelector('meta[name="csrf-token"]').content
    document.querySelector('meta[name="csrf-token"]').content = token
    for (const field of document.querySelectorAll('input[name="csrf_token"]')) field.value = token
  }
  return name
}

async function reason (answer) {
  if (answer.status === 401) return 'You were signed out. Sign in again, then send it again.'
  if (answer.status === 422) {
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    return (page.querySelector('.govuk-error-summary__body') ?? page.body).textContent.trim()
  }
  if (answer.status === 403) return 'You may not take notes here, or somebody else has signed in. Copy the note, and sign in as yourself'
  if (answer.status === 400) return 'The page is too old. Copy the note and load the page again'
  return 'The server refused it. Copy the note and load the page again'
}

/** A note that was not taken stays to be seen, with a way back into the composer. */
function refuse (entry, why, status) {
  show(entry.line, 'refused', `Not saved: ${why}`)
  const again = document.createElement('button')
  again.type = 'button'
  again.className = 'fb-button-link'
  again.textContent = 'Send again'
  again.addEventListener('click', () => {
    entry.body.set('operation', uuid())
    show(entry.line, 'sending', 'Sending')
    queue.push(entry)
    next()
  })
  const edit = document.createElement('button')
  edit.type = 'button'
  edit.className = 'fb-button-link'
  edit.textContent = 'Edit'
  edit.addEventListener('click', () => {
    if (words.value.trim()) return say('Save what is in the composer first.')
    words.value = entry.body.get('words')
    entry.line.remove()
    words.focus()
  })
  const state = entry.line.querySelector('.fb-note__state')
  if (status === 401) {
    const link = document.createElement('a')
    link.className = 'govuk-link'
    link.href = '/sign-in'
    link.target = '_blank'
    link.textContent = 'Sign in (opens a new tab)'
    state.append(' ', link)
  }
  state.append(' ', again, ' ', edit)
  say(`Not saved: ${why}`)
}

/** The server's own line, and perhaps the head of the page, as the first note begins an interview. */
function replace (line, html) {
  window.htmx.swap(line, html, { swapStyle: 'outerHTML' })
  toNewest()
}

document.addEventListener('htmx:oobBeforeSwap', event => {
  // The keyboard's place must not vanish with a button: the next note's answer brings it again.
  if (event.detail.target.contains(document.activeElement)) event.detail.shouldSwap = false
})

function uuid () {
  // crypto.randomUUID needs https or localhost; random bytes are everywhere.
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6] & 0x0f) | 0x40
  bytes[8] = (bytes[8] & 0x3f) | 0x80
  const hex = [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

function toNewest () {
  // On a wide screen the notes scroll in their own pane, on a narrow one with the page.
  if (stream.scrollHeight > stream.clientHeight) stream.scrollTop = stream.scrollHeight
  else notes.lastElementChild?.scrollIntoView({ block: 'nearest' })
}

function remember (speaker) {
  const list = document.getElementById('speakers')
  if (speaker && ![...list.options].some(option => option.value === speaker)) {
    list.append(new Option(speaker, speaker))
  }
}

// The topic guide ---------------------------------------------------------------------------------------------------

// The composer's list holds the prompt being discussed; the guide shows it, and chooses it too.
const prompt = form.elements.prompt
const fold = document.querySelector('.fb-capture__guide')

function showPrompt () {
  for (const link of document.querySelectorAll('[data-fb-prompt]')) {
    if (![...prompt.options].some(option => option.value === link.dataset.fbPrompt)) {
      // A question that was added to the guide since the page was loaded.
      const option = new Option(link.textContent, link.dataset.fbPrompt)
      option.dataset.criteria = link.dataset.fbCriteria
      prompt.append(option)
    }
    const now = link.dataset.fbPrompt === prompt.value
    if (now) link.setAttribute('aria-current', 'true')
    else link.removeAttribute('aria-current')
    link.closest('.fb-prompt').classList.toggle('fb-prompt--current', now)
  }
  document.getElementById('guide-now').textContent = prompt.value && `: ${prompt.value}`
  const offered = prompt.selectedOptions[0]?.dataset.criteria?.split(' ').filter(Boolean) ?? []
  const tags = document.getElementById('prompt-criteria')
  tags.hidden = !offered.length
  tags.replaceChildren(...offered.map(reference => {
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'fb-button-link'
    button.textContent = `#${reference.toLowerCase()}`
    button.addEventListener('click', () => {
      words.setRangeText(`${/\S$/.test(words.value) ? ' ' : ''}${button.textContent} `, words.value.length, words.value.length, 'end')
      words.focus()
    })
    return button
  }))
}

function choosePrompt (id) {
  prompt.value = id
  showPrompt()
  // The address keeps it for a reload; it is no step to go back to.
  const address = new URL(location)
  address.searchParams.set('prompt', id)
  address.hash = ''
  history.replaceState(history.state, '', address)
}

/** What the notes have covered by now, and what colleagues have ticked. */
function showCovered () {
  window.htmx.ajax('GET', `${location.pathname}/guide`, { target: '#guide', swap: 'outerHTML' })
}

prompt.addEventListener('change', () => choosePrompt(prompt.value))
fold.addEventListener('click', event => {
  const link = event.target.closest('[data-fb-prompt]')
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  choosePrompt(link.dataset.fbPrompt)
  words.focus()
  say(`Prompt ${prompt.value}`)
})
// Ticking by mouse leaves the keyboard in the composer.
fold.addEventListener('mousedown', event => {
  if (event.target.closest('.fb-tick, [data-fb-prompt]')) event.preventDefault()
})
document.addEventListener('htmx:load', event => {
  if (event.detail.elt.querySelector?.('[data-fb-prompt]')) showPrompt()
})
showPrompt()

// Criteria by # --------------------------------------------------------------------------------------------------

const known = [...document.getElementById('criteria').options].map(option => ({ reference: option.value, wording: option.textContent }))
const offer = document.createElement('ul')
offer.className = 'fb-offer fb-offer--above'
offer.id = 'offer'
offer.setAttribute('role', 'listbox')
offer.setAttribute('aria-label', 'Criteria')
offer.hidden = true
form.parentElement.append(offer)
words.setAttribute('aria-autocomplete', 'list')
words.setAttribute('aria-controls', 'offer')
let chosen = -1

function begun () {
  const before = words.value.slice(0, words.selectionStart)
  return /#([\w.]*)$/.exec(before)
}

function propose () {
  const match = begun()
  const start = match?.[1].toLowerCase()
  const all = match ? known.filter(one => one.reference.toLowerCase().startsWith(start)) : []
  const found = all.slice(0, OFFERED)
  if (!found.length || (found.length === 1 && found[0].reference.toLowerCase() === start)) return close()
  offer.replaceChildren(...found.map((one, index) => {
    const item = document.createElement('li')
    item.className = 'fb-offer__item'
    item.id = `offer-${index}`
    item.setAttribute('role', 'option')
    item.dataset.reference = one.reference
    const reference = document.createElement('strong')
    reference.textContent = one.reference
    const wording = document.createElement('span')
    wording.className = 'fb-quiet'
    wording.textContent = ` ${one.wording}`
    item.append(reference, wording)
    return item
  }))
  offer.hidden = false
  // A reference that is whole already is left to Enter, which saves; arrows and Tab still take another.
  const whole = found.some(one => one.reference.toLowerCase() === start)
  choose(start && !whole ? 0 : -1)
  if (offer.dataset.said !== start) say(`${found.length} criteria offered, choose with the arrow keys`)
  offer.dataset.said = start
}

function choose (index) {
  chosen = index
  for (const [place, item] of [...offer.children].entries()) {
    item.setAttribute('aria-selected', String(place === index))
    if (place === index) item.scrollIntoView({ block: 'nearest' })
  }
  if (index < 0) words.removeAttribute('aria-activedescendant')
  else words.setAttribute('aria-activedescendant', `offer-${index}`)
}

function take (reference) {
  const match = begun()
  if (!match) return close()
  const from = words.selectionStart - match[1].length
  words.setRangeText(`${reference.toLowerCase()} `, from, words.selectionStart, 'end')
  close()
  words.focus()
}

function close () {
  offer.hidden = true
  chosen = -1
  words.removeAttribute('aria-activedescendant')
}

// Keys --------------------------------------------------------------------------------------------------------------

words.addEventListener('keydown', event => {
  if (event.isComposing) return // an input method is at work: Enter is its own
  if (!offer.hidden) {
    const count = offer.children.length
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      return choose((chosen + (event.key === 'ArrowDown' ? 1 : -1) + count) % count)
    }
    if (event.key === 'Escape') {
      event.preventDefault()
      return close()
    }
    if ((event.key === 'Enter' || event.key === 'Tab') && chosen >= 0 && !event.shiftKey) {
      event.preventDefault()
      return take(offer.children[chosen].dataset.reference)
    }
  }
  if (event.key === 'Enter' && !event.shiftKey && !event.altKey) {
    event.preventDefault()
    save()
  }
})
words.addEventListener('input', propose)
words.addEventListener('blur', close)
offer.addEventListener('mousedown', event => {
  const item = event.target.closest('[role="option"]')
  if (item) {
    event.preventDefault()
    take(item.dataset.reference)
  }
})
form.addEventListener('submit', event => {
  event.preventDefault()
  save()
})
window.addEventListener('beforeunload', event => {
  if (queue.length || notes.querySelector('.fb-note--refused') || words.value.trim()) event.preventDefault()
})

if (!location.hash) {
  toNewest()
  words.focus({ preventScroll: true })
}
