// The composer of the capture page. Enter saves, typing goes on at once; each note shows whether it is saved.
// A finished note goes into the outbox of this device and from there to the server, in the order typed, each under an
// operation of its own: sent twice, it is kept once. Where the device can keep nothing, it waits in this page.
import * as outbox from './outbox.js'
import { button, heard, holdsKeyboard, say, warn } from './fieldbook.js'
import { changesFor } from './changes.js'
import { correctionsFor } from './corrections.js'
import './guide.js'
import { composing, keysFor, prefixOf } from './keys.js'
import { raisingFor } from './raise.js'
import { signInAgain } from './sign-in.js'
import { finished, isTagged, unknownTags } from './slips.js'
import { lineOf, sayWhoTookThem, seenAt, settle, watch } from './together.js'
import { uuid7 } from './uuid.js'

const OFFERED = 8 // criteria at once: a longer list is narrowed by typing on
const DRAFT_WITHIN = 500 // milliseconds until the half-typed note is on the device
// Milliseconds until the page is kept for when there is no network; of a long one less often, as it is written whole.
const pageWithin = () => notes.childElementCount > 300 ? 3000 : 800

const form = document.getElementById('composer')
const words = form.elements.words
const notes = document.getElementById('notes')
const stream = document.getElementById('stream')
const place = { person: form.dataset.person, interview: form.dataset.interview }
const FIELDS = ['speaker', 'words', 'quote', 'direction', 'prompt']

let key = null // what this sign-in seals with; null where this device keeps nothing
const ready = start()

/** Finds out whether this device keeps notes, before anything is typed, and shows what it holds already. */
async function start () {
  let why = await outbox.trouble()
  if (!why && await outbox.owesSignOut()) return import('./waiting.js') // nothing of this page is shown or taken
  if (!why) {
    try {
      key = await outbox.keyOf(place.person, form.elements.csrf_token.value)
    } catch {
      why = 'unasked'
    }
  }
  if (why) {
    const again = why === 'unasked' ? ' Load the page again when the server is back.' : ''
    document.getElementById('keeping-words').textContent = `This device keeps no notes: ${outbox.NO_KEEPING[why]}. What you type is safe only once it says Saved.${again}`
    document.getElementById('keeping').hidden = false
  }
  if (!key) return raising.cannotKeep(why)
  if (!await outbox.isOrdinary()) askOrdinary()
  if (!document.body.classList.contains('fb-shell')) {
    outbox.keepsItself(place.interview)
    navigator.serviceWorker?.register('/capture/worker.js', { scope: '/inspections/' }).catch(() => {})
    import('./waiting.js').catch(() => {}) // the server went away just now: the head says nothing then
  }
  let waiting = await outbox.waiting(place.person, place.interview)
  if (!document.body.classList.contains('fb-shell')) {
    // What was refused gets another try: the interview may have been opened again, or the note's criterion made.
    const refused = waiting.filter(entry => entry.state === 'refused' && entry.fields)
    for (const entry of refused) await outbox.tryAgain(key, entry, entry.fields)
    if (refused.length) waiting = await outbox.waiting(place.person, place.interview)
  }
  for (const entry of waiting) showEntry(entry)
  toNewest()
  speakOn(waiting)
  await forgetTypedIn()
  await offerDrafts()
  await corrections.offer()
  await raising.start()
  outbox.flush()
  keepPageSoon()
}

/** The answer of Type in from paper names the operation that it was saved under: its form is not kept any more. */
async function forgetTypedIn () {
  const address = new URL(location)
  const operation = address.searchParams.get('typed_in')
  if (!operation) return
  await outbox.isSaved(place, 'paper', operation)
  address.searchParams.delete('typed_in')
  history.replaceState(history.state, '', address)
}

/** Who spoke last goes on: the server says so of what it has, these notes came after. */
function speakOn (waiting) {
  const last = waiting.findLast(entry => entry.kind === 'note' && entry.state === 'waiting' && entry.fields)
  const { speaker } = form.elements
  if (last && speaker.value === speaker.defaultValue) speaker.value = last.fields.get('speaker') ?? ''
}

/** What was half typed in this tab comes back into the composer; what other, closed tabs left is offered. */
async function offerDrafts () {
  const drafts = await outbox.draftsOf(place)
  const box = document.getElementById('half-typed')
  const taken = !words.value.trim() && drafts.shift()
  if (taken) {
    fill(taken.fields)
    await outbox.adoptDraft(key, place, taken)
    say('What you had begun to type is in the composer again.')
  } else if (drafts[0]?.fields.get('words') === words.value) {
    drafts.shift()
  }
  box.hidden = !drafts.length
  if (drafts.length) {
    const many = drafts.length === 1 ? 'Another half-typed note is' : `${drafts.length} other half-typed notes are`
    box.replaceChildren(`${many} kept on this device. `, button('Take it into the composer', async () => {
      if (isTaken()) return
      await offerDrafts()
      words.focus()
    }))
  }
}

/** Told before anything is typed: a private window keeps what is typed only until it is closed. */
function askOrdinary () {
  const box = document.getElementById('ordinary')
  box.hidden = false
  box.querySelector('button').addEventListener('click', async () => {
    await outbox.sayOrdinary()
    box.hidden = true
    words.focus()
  })
}

// Saving ------------------------------------------------------------------------------------------------------------

let storing = ready

function save () {
  if (words.readOnly) return say(closedBox.textContent)
  if (!words.value.trim()) {
    words.focus()
    say('Type what was said, then press Enter.')
    return
  }
  form.elements.said_at.value = new Date().toISOString()
  const fields = typed()
  const note = uuid7()
  const line = pending(fields, note)
  sayAgain(line)
  notes.append(line)
  document.getElementById('no-notes')?.remove()
  form.elements.operation.value = uuid7()
  words.value = ''
  showClosed()
  form.elements.quote.checked = false
  form.elements.direction.value = ''
  slip.textContent = ''
  close()
  words.focus()
  toNewest()
  remember(fields.get('speaker'))
  storing = storing.then(() => keep(fields, note, line))
}

/** What the composer holds, without the form's own fields: these are of the moment in which it is sent. */
function typed () {
  const fields = new URLSearchParams(new FormData(form))
  fields.delete('csrf_token')
  fields.delete('operation')
  fields.set('shown', document.getElementById('identity')?.dataset.state ?? '')
  return fields
}

function fill (fields) {
  for (const name of FIELDS) {
    const field = form.elements[name]
    if (field.type === 'checkbox') field.checked = fields.get(name) === 'y'
    else field.value = fields.get(name) ?? ''
  }
  showClosed()
  showPrompt()
}

const closedBox = document.getElementById('closed') // a page that was kept by an earlier version has none

/** Signed off or cancelled elsewhere: nothing more is begun here. What is in the composer already can be finished, and is kept. */
function showClosed () {
  const closed = closedBox?.hidden === false
  notes.classList.toggle('fb-notes--closed', closed) // its notes are as they are
  words.readOnly = closed && !words.value
  form.classList.toggle('fb-composer--closed', words.readOnly)
  form.querySelector('[type="submit"]').disabled = words.readOnly
}

async function keep (fields, note, line) {
  if (key) {
    try {
      const entry = await outbox.keep(key, place, 'note', note, fields)
      line.dataset.seq = entry.seq
      if (away) showWaiting(line, 'Kept on this device')
      outbox.flush()
      return
    } catch {
      warn('This device could not keep the note: it is being sent from this page. Keep the page open until it says Saved.')
    }
  }
  unkept.push({ fields, note, line })
  if (stuck) show(line, 'kept', BEHIND)
  sendUnkept()
}

/** The note as it was typed, until the server's own line takes its place. */
function pending (fields, note, made = new Date()) {
  const line = document.createElement('li')
  line.className = 'fb-note'
  line.classList.toggle('fb-note--quote', fields.get('quote') === 'y')
  line.dataset.note = note
  const time = document.createElement('time')
  time.className = 'fb-note__time'
  time.textContent = made.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
  const who = document.createElement('span')
  who.className = 'fb-note__who'
  who.textContent = fields.get('speaker')
  const text = document.createElement('p')
  text.className = 'fb-note__words'
  text.textContent = fields.get('words')
  const tags = document.createElement('div')
  tags.className = 'fb-note__tags'
  const about = document.createElement('span')
  about.className = 'fb-note__prompt'
  about.textContent = fields.get('prompt') ?? ''
  tags.append(about, ...slipsOf(fields).map(sentence => {
    const said = document.createElement('span')
    said.className = 'fb-note__slip'
    said.textContent = sentence
    return said
  }))
  showCriteria(tags, fields.get('words'))
  const state = document.createElement('span')
  state.className = 'fb-note__state'
  line.append(time, who, text, tags, state)
  show(line, 'sending', 'Sending')
  return line
}

/** The criteria that a note names, as they will be tags of its evidence. */
function showCriteria (tags, text) {
  tags.querySelector('.fb-tags')?.remove()
  const named = known.filter(one => isTagged(text, [one.reference]))
  if (!named.length) return
  const list = document.createElement('ul')
  list.className = 'fb-tags'
  list.setAttribute('aria-label', 'Criteria of the note')
  list.append(...named.map(one => {
    const tag = document.createElement('li')
    tag.className = 'fb-tag'
    tag.textContent = one.reference
    return tag
  }))
  tags.append(list)
}

function show (line, state, sentence) {
  const mark = document.createElement('span')
  mark.className = `fb-save fb-save--${state}`
  mark.textContent = sentence
  line.querySelector('.fb-note__state').replaceChildren(mark)
  line.classList.toggle('fb-note--refused', state === 'refused')
}

// What the outbox tells ---------------------------------------------------------------------------------------------

let away = false
const changes = changesFor(place, {
  key: () => key,
  isAway: () => away || document.body.classList.contains('fb-shell'),
  edit: editWaiting,
  keepWords
})
const corrections = correctionsFor(place, {
  key: () => key,
  box: document.getElementById('half-corrected'),
  edit: editWaiting,
  isAway: () => away || document.body.classList.contains('fb-shell')
})
const raising = raisingFor(place, () => key)
const unread = new Map() // entries that cannot be read here, by their place in the queue

/** A note of the queue: its line, with the state that it is in. */
function showEntry (entry) {
  if (entry.state === 'discarded') return
  if (!entry.fields) {
    unread.set(entry.seq, entry)
    return showUnread()
  }
  if (entry.kind === 'tick') return entry.state === 'waiting' && changes.show(entry)
  let line = lineOf(entry.note)
  if (entry.kind === 'reword') {
    if (line) showReworded(line, entry)
    return
  }
  if (!line) {
    line = pending(entry.fields, entry.note, new Date(entry.made))
    notes.append(line)
    document.getElementById('no-notes')?.remove()
  }
  line.dataset.seq = entry.seq
  if (entry.state === 'refused') refuse(line, entry)
  else if (away) showWaiting(line, 'Kept on this device')
}

/** Other words of a note, which wait; a note that waits itself says so already. */
function showReworded (line, entry) {
  const now = line.querySelector('.fb-note__words')
  const text = document.createElement('p')
  text.className = 'fb-note__words'
  text.textContent = entry.fields.get('words')
  now.replaceWith(text)
  if (!line.id) return showCriteria(line.querySelector('.fb-note__tags'), text.textContent)
  line.dataset.seq = entry.seq
  if (entry.state === 'refused') refuseReworded(line, entry)
  else showWaiting(line, 'Kept on this device')
}

function showUnread () {
  const box = document.getElementById('unread')
  box.hidden = !unread.size
  if (unread.size) box.textContent = `${unread.size} ${unread.size === 1 ? 'note is' : 'notes are'} kept on this device. Sign in to see them.`
}

outbox.events.addEventListener('answer', ({ detail }) => {
  if (detail.interview !== place.interview) return
  away = false
  if (detail.kind === 'tick') {
    keepPageSoon()
    return changes.gone(detail.note, detail.text)
  }
  const line = replace(lineOf(detail.note), detail.text)
  if (detail.kind === 'reword') keepPage() // until then the page that is kept has the words of before
  else keepPageSoon()
  if (line?.querySelector('.fb-versions')) return // two wordings, and the line says so
  if (!notes.querySelector('.fb-save--sending, .fb-save--kept')) sayAgain(line, 'Saved')
})

outbox.events.addEventListener('away', () => {
  away = true
  heard(false)
  showKept('Kept on this device')
  say('The server cannot be reached. Your notes are kept on this device, and are sent when it is back.')
})

outbox.events.addEventListener('back', () => { away = false })

outbox.events.addEventListener('nobody', () => {
  away = true
  showKept('Kept on this device: sign in to send it')
  signIn.offer()
})

outbox.events.addEventListener('refused', async ({ detail }) => {
  if (detail.interview !== place.interview) return
  const entry = (await outbox.waiting(place.person, place.interview)).find(one => one.seq === detail.seq)
  if (!entry?.fields) return
  if (entry.kind === 'tick') changes.gone(entry.note)
  else if (entry.kind === 'reword' && lineOf(entry.note)?.id) refuseReworded(lineOf(entry.note), entry)
  else if (entry.kind === 'note') refuse(lineOf(entry.note) ?? notes.appendChild(pending(entry.fields, entry.note, new Date(entry.made))), entry)
  say(`Not saved: ${detail.why}`)
})

outbox.events.addEventListener('discarded', ({ detail }) => {
  if (detail.interview === place.interview) lineOf(detail.note)?.remove()
})

outbox.events.addEventListener('leaving', ({ detail }) => {
  detail.keeps = true
  detail.unkept += unkept.length + (!key && words.value.trim() ? 1 : 0)
  detail.until.push(storing.then(keepDraft))
})

outbox.events.addEventListener('gone', () => {
  key = null
  words.value = ''
  unkept.length = 0
})

function showKept (sentence) {
  for (const mark of notes.querySelectorAll('.fb-save--sending, .fb-save--kept')) {
    const line = mark.closest('.fb-note')
    if (line.dataset.seq && !line.querySelector('textarea')) showWaiting(line, sentence)
  }
}

function showWaiting (line, sentence) {
  show(line, 'kept', sentence)
  line.querySelector('.fb-note__state').append(' ', button('Edit', () => editWaiting(line)))
}

/**
 * Other words, without the server: a rewording that waits behind the note, which may have arrived all the same. `typed`
 * is the box in which they were being typed when the note arrived.
 */
function editWaiting (line, typed) {
  const text = line.querySelector('p.fb-note__words')
  if (!text || text.closest('details')) return say('This note is covered: it can be reworded when the server is back.')
  const shown = [...line.querySelector('.fb-note__state').childNodes]
  // As in the form of the server: templates/interviews/_reword.html.
  const label = document.createElement('label')
  label.className = 'govuk-label'
  const which = line.id ? line.id.replace('note-', 'note ') : 'the note'
  label.textContent = `Words of ${which}${line.classList.contains('fb-note--quote') ? ', a quotation' : ''}`
  const box = document.createElement('textarea')
  box.className = 'govuk-textarea'
  box.autocomplete = 'off'
  box.rows = 3
  box.defaultValue = text.textContent
  box.id = label.htmlFor = `words-of-${line.dataset.note ?? line.dataset.id}`
  const hint = document.createElement('p')
  hint.className = 'fb-quiet fb-note__how'
  hint.id = `how-${line.dataset.note ?? line.dataset.id}`
  hint.textContent = 'Ctrl and Enter saves, Enter begins a line.'
  box.setAttribute('aria-describedby', hint.id)
  const why = document.createElement('p')
  why.className = 'govuk-error-message'
  why.setAttribute('role', 'alert')
  const group = document.createElement('div')
  group.className = 'fb-note__words'
  group.dataset.fbAsk = ''
  const leave = () => {
    corrections.gone(line.dataset.note ?? line.dataset.id)
    group.replaceWith(text)
    line.querySelector('.fb-note__state').replaceChildren(...shown)
    words.focus()
  }
  const save = button('Save', async () => {
    if (!box.value.trim()) {
      why.textContent = 'A note cannot be empty. Type its words, or leave it as it was.'
      return box.focus()
    }
    if (box.value === text.textContent) return leave()
    save.disabled = true
    try {
      await keepWords(line, new URLSearchParams({ words: box.value }))
      if (!line.id) line.querySelector('.fb-note__state').replaceChildren(...shown)
    } catch {
      save.disabled = false
      why.textContent = 'This device could not keep these words. Leave the page open, and try again.'
      box.focus()
    }
  })
  group.append(label, hint, why, box, save, ' ', button('Leave it as it was', leave))
  box.addEventListener('keydown', event => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || composing(event)) return
    event.preventDefault()
    save.click()
  })
  text.replaceWith(group)
  show(line, 'open', 'Other words: on this device only until you save them')
  if (typed) box.value = typed.value
  box.focus()
  box.setSelectionRange(typed?.selectionStart ?? box.value.length, typed?.selectionEnd ?? box.value.length)
  bringInSight(line)
}

/** Above the composer, which on a narrow window lies over the notes. */
function bringInSight (part) {
  part.scrollIntoView({ block: 'nearest' })
  const under = part.getBoundingClientRect().bottom - form.parentElement.getBoundingClientRect().top
  if (under > 0) window.scrollBy(0, under)
}

/** Keeps other words of a note, which are of the version that its line shows, or of those that wait already. */
async function keepWords (line, fields, operation) {
  const note = line.dataset.note ?? line.dataset.id
  if (!operation) {
    const waits = (await outbox.waiting(place.person, place.interview)).filter(one => one.note === note && one.kind === 'reword')
    fields.set('version', Number(line.dataset.version ?? 1) + waits.length)
  }
  const entry = await outbox.keep(key, place, 'reword', note, fields, operation)
  corrections.gone(note)
  showReworded(lineOf(note) ?? line, { ...entry, fields }) // the note may have arrived meanwhile
  words.focus()
  say('Kept on this device. It is sent when the server is back.')
  outbox.flush()
}

/** Other words that were not taken, of a note that is saved. */
function refuseReworded (line, entry) {
  show(line, 'refused', `Not saved: ${entry.why}`)
  line.querySelector('.fb-note__state').append(
    ' ', button('Send again', async () => {
      words.focus() // the button goes; refused again, the note has another
      await outbox.tryAgain(key, entry, entry.fields)
      showWaiting(line, 'Kept on this device')
      outbox.flush()
    }),
    ' ', button('Discard', async () => {
      await outbox.discard(entry.seq)
      tellDiscarded(line)
      window.htmx.ajax('GET', `${location.pathname}/notes/${line.id.slice('note-'.length)}`, { target: line, swap: 'outerHTML' })
      words.focus()
    })
  )
}

/** A note that was not taken stays to be seen, with a way back into the composer. */
function refuse (line, entry) {
  show(line, 'refused', `Not saved: ${entry.why}`)
  const state = line.querySelector('.fb-note__state')
  state.append(
    ' ', button('Send again', async () => {
      words.focus()
      show(line, 'sending', 'Sending')
      line.dataset.note = (await outbox.tryAgain(key, entry, entry.fields)).note
      outbox.flush()
    }),
    ' ', button('Edit', async () => {
      if (isTaken()) return
      fill(entry.fields)
      await keepDraft()
      await outbox.drop(entry.seq)
      line.remove()
      words.focus()
    }),
    ' ', button('Discard', async () => {
      await outbox.discard(entry.seq)
      tellDiscarded(line)
      line.remove()
      words.focus()
    })
  )
}

/** The way back, where the words were: the page's head counts what is discarded no more. */
function tellDiscarded (line) {
  notes.querySelector('#discarded')?.remove()
  const told = document.createElement('li')
  told.className = 'fb-note__begun fb-no-print'
  told.id = 'discarded'
  const link = document.createElement('a')
  link.className = 'govuk-link'
  link.href = '/capture/kept'
  link.textContent = 'Kept on this device'
  told.append('Discarded. It can be brought back for 30 days from ', link, '.')
  line.after(told)
  say(told.textContent)
}

/** The server's own line in the place of the one that was pending, and perhaps the page's head; each note once. */
function replace (line, html) {
  const id = /<li[^>]* id="(note-\d+)"/.exec(html)?.[1]
  const before = document.getElementById(id)
  if (before && line && before !== line) before.remove()
  const old = line ?? before ?? notes.appendChild(document.createElement('li'))
  const last = old === notes.lastElementChild
  const typing = document.activeElement === words
  const held = holdsKeyboard(old)
  const edited = old.querySelector('div[data-fb-ask] textarea')
  window.htmx.swap(old, html, { swapStyle: 'outerHTML' })
  if (edited && document.getElementById(id)) editWaiting(document.getElementById(id), edited)
  const lost = held && document.activeElement === document.body
  if (lost || (typing && document.activeElement !== words)) words.focus({ preventScroll: true }) // two wordings to choose between do not interrupt a third
  sayWhoTookThem()
  const now = document.getElementById(id)
  if (now) settle(now)
  if (last) toNewest()
  return now
}

/** Says what a note's line points out, after `before`: a reader of screens hears what others see. */
function sayAgain (line, before = '') {
  const slips = [...line?.querySelectorAll('.fb-note__slip') ?? []].map(slip => slip.textContent)
  if (before || slips.length) say([before, ...slips].filter(Boolean).join('. '))
}

// A form that opens in a line is seen whole, with its button; so is why something was not done there.
document.addEventListener('htmx:load', event => {
  const opened = event.detail.elt.querySelector?.('form.fb-note__words, [role="alert"][autofocus]')
  if (opened) bringInSight(opened)
})

document.addEventListener('htmx:oobBeforeSwap', event => {
  // The keyboard's place must not vanish with a button: the next note's answer brings it again.
  if (event.detail.target.contains(document.activeElement)) event.detail.shouldSwap = false
})

// Where the device keeps nothing --------------------------------------------------------------------------------------

const RETRY = [1000, 2000, 5000, 10_000]
const unkept = [] // { fields, note, line }: they live as long as this page
const BEHIND = 'Not saved yet: waits for the note before it'
let sending = false
let stuck = false // the first of them could not be sent, and is tried again

async function sendUnkept (tries = 0) {
  if (sending && !tries) return
  const entry = unkept[0]
  sending = Boolean(entry)
  if (!entry) return
  if (!stuck) show(entry.line, 'sending', 'Sending')
  const answer = await outbox.send(place.interview, 'note', entry.note, entry.note, entry.fields, place.person)
  if (answer.status === 200 || answer.refused) stuck = false
  if (answer.status === 200) {
    unkept.shift()
    replace(entry.line, answer.text)
    say(unkept.length ? `${unkept.length} notes are being sent` : 'Saved')
    return sendUnkept(1)
  }
  if (answer.refused) {
    unkept.shift()
    refuseUnkept(entry, answer.why)
    return sendUnkept(1)
  }
  show(entry.line, 'kept', answer.status === 401 ? 'Not saved yet: sign in to send it' : 'Not saved yet: trying again')
  if (!stuck) for (const { line } of unkept.slice(1)) show(line, 'kept', BEHIND)
  stuck = true
  if (answer.status === 401) signIn.offer()
  if (tries < 2) say('The server cannot be reached. Keep this page open: your notes are sent when it is back.')
  setTimeout(() => sendUnkept(tries + 1), RETRY[Math.min(tries, RETRY.length - 1)])
}

function refuseUnkept (entry, why) {
  show(entry.line, 'refused', `Not saved: ${why}`)
  entry.line.querySelector('.fb-note__state').append(
    ' ', button('Send again', () => {
      entry.note = uuid7()
      show(entry.line, 'sending', 'Sending')
      unkept.push(entry)
      sendUnkept()
    }),
    ' ', button('Edit', () => {
      if (isTaken()) return
      fill(entry.fields)
      entry.line.remove()
      words.focus()
    })
  )
  say(`Not saved: ${why}`)
}

const signIn = signInAgain(form, async token => {
  if (!key) return // what waits in this page is tried again by itself
  away = false
  key = await outbox.keyOf(place.person, token).catch(() => key)
  unread.clear()
  showUnread()
  for (const entry of await outbox.waiting(place.person, place.interview)) showEntry(entry)
  await offerDrafts()
  await corrections.offer()
  outbox.flush()
})
// Signed in again in another window: what waited goes out as soon as this one is looked at.
window.addEventListener('focus', () => {
  if (key) outbox.flush()
})

// The half-typed note, and the page ---------------------------------------------------------------------------------

let draftTimer
let pageTimer

async function keepDraft () {
  clearTimeout(draftTimer)
  draftTimer = undefined
  if (!key) return
  if (words.value.trim()) await outbox.keepDraft(key, place, typed())
  else await outbox.dropDraft(place)
}

function keepDraftSoon () {
  // After what was finished before it: that takes the half-typed note away with it.
  draftTimer ??= setTimeout(() => { storing = storing.then(keepDraft).catch(() => {}) }, DRAFT_WITHIN)
}
form.addEventListener('input', keepDraftSoon)
document.addEventListener('visibilitychange', () => { if (document.hidden) keepDraft().catch(() => {}) })

function keepPageSoon () {
  pageTimer ??= setTimeout(keepPage, pageWithin())
}

let keeping = Promise.resolve() // one after the other: the later one stays
function keepPage () {
  clearTimeout(pageTimer)
  pageTimer = undefined
  if (!key || document.body.classList.contains('fb-shell')) return
  keeping = keeping.then(() => outbox.keepPage(key, place, page(), seenAt())).catch(() => {})
}
document.addEventListener('visibilitychange', () => { if (document.hidden && pageTimer) keepPage() })
// Put right with the server, or joined: then the page that is kept has the words of before.
document.addEventListener('htmx:afterRequest', ({ detail: { requestConfig } }) => {
  if (requestConfig?.verb === 'post' && requestConfig.path.includes('/notes/')) keepPage()
})

/** The page's own part without what is only of this moment: what waits is shown anew from the outbox. */
function page () {
  const copy = document.getElementById('main-content').cloneNode(true)
  for (const open of copy.querySelectorAll('.fb-note [data-fb-ask]')) putBack(open)
  for (const line of copy.querySelectorAll('[data-note]')) line.remove()
  copy.querySelector('#words').textContent = ''
  copy.querySelector('#speaker').setAttribute('value', form.elements.speaker.value)
  for (const made of copy.querySelectorAll('#offer, #slip, .fb-note__begun')) made.remove() // this script makes them again
  return outbox.withoutTokens(copy).innerHTML
}

/** A note that is open for other words: as it was when it was opened. What is typed in it is kept apart. */
function putBack (open) {
  const isAsSaved = !open.dataset.fbAsk && !('fbCovered' in open.dataset) && !open.querySelector('[name="choice"]')
  const text = document.createElement('p')
  text.className = 'fb-note__words'
  text.textContent = isAsSaved
    ? open.querySelector('textarea').defaultValue
    : 'This note was open to be put right: its words are shown again with a connection.'
  const mark = open.closest('.fb-note').querySelector('.fb-save--open')
  if (mark) mark.className = 'fb-save fb-save--saved'
  open.replaceWith(text)
}

const isAtNewest = () => stream.scrollHeight - stream.scrollTop - stream.clientHeight < 80

/** With the next frame: laid out before it, many notes would be laid out twice. */
function toNewest () {
  requestAnimationFrame(() => {
    // On a wide screen the notes scroll in their own pane, on a narrow one with the page.
    if (stream.scrollHeight > stream.clientHeight) {
      stream.scrollTop = stream.scrollHeight
      // A line out of sight gets its true height once it is drawn: so once more, after it was.
      requestAnimationFrame(() => { stream.scrollTop = stream.scrollHeight })
    } else if (notes.lastElementChild) bringInSight(notes.lastElementChild)
  })
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

/** The list offers what the guide offers, in its order: it may have changed since the page was loaded. */
function offerPrompts (links) {
  const [none, ...offered] = prompt.options
  const chosen = prompt.selectedOptions[0]
  const wanted = links.map(link => offered.find(option => option.value === link.dataset.fbPrompt) ?? optionOf(link))
  if (chosen && chosen !== none && !wanted.includes(chosen)) wanted.push(chosen)
  if (wanted.length !== offered.length || wanted.some((option, place) => option !== offered[place])) {
    prompt.replaceChildren(none, ...wanted)
    if (chosen) chosen.selected = true
  }
}

function optionOf (link) {
  const option = new Option(link.textContent, link.dataset.fbPrompt)
  option.dataset.criteria = link.dataset.fbCriteria
  return option
}

function showPrompt () {
  const links = [...document.querySelectorAll('[data-fb-prompt]')]
  offerPrompts(links)
  for (const link of links) {
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
    const tag = `#${reference.toLowerCase()}`
    return button(tag, () => {
      words.setRangeText(`${/\S$/.test(words.value) ? ' ' : ''}${tag} `, words.value.length, words.value.length, 'end')
      words.focus()
    })
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
document.addEventListener('fb:guide', () => {
  showPrompt()
  keepPageSoon()
})
showPrompt()

// Criteria by #, and who speaks by the first word ----------------------------------------------------------------------

const slip = document.createElement('p')
slip.className = 'fb-composer__slip'
slip.id = 'slip'
slip.setAttribute('role', 'status')
form.querySelector('.fb-composer__options').append(slip)

/** What of a note will not be kept as it is meant, a sentence each; the server's line says the same. */
function slipsOf (fields) {
  const references = known.map(one => one.reference)
  const unknown = unknownTags(fields.get('words'), references)
  const shows = form.elements.direction.querySelector(`option[value="${fields.get('direction')}"]`)
  const untagged = fields.get('direction') && shows && references.length && !isTagged(fields.get('words'), references)
  return [
    unknown.length && `${unknown.join(', ')}: no such criterion, so not tagged. Reword the note to tag it.`,
    untagged && `‘${shows.textContent}’ is not kept: only evidence shows something. Reword the note with # and a criterion, then say on its evidence item what it shows.`
  ].filter(Boolean)
}

/** Whether words are in the composer that have to be saved before something is done: it says so beside them. */
function isTaken () {
  if (!words.value.trim()) return false
  slip.textContent = ''
  words.focus()
  slip.textContent = 'Save what is in the composer first.'
  return true
}

/** Said while the note is typed, once a reference is whole; saving is not held up by it. */
function pointOut () {
  const unknown = unknownTags(finished(words.value, words.selectionStart), known.map(one => one.reference))
  const unheard = prefix.unheard()
  const said = [
    unheard && `${unheard} has not spoken yet: to note their words under it, enter it as Speaker.`,
    unknown.length && `${unknown.join(', ')}: no such criterion. As it stands it tags nothing.`
  ].filter(Boolean).join(' ')
  if (slip.textContent !== said) slip.textContent = said
}

const known = [...document.getElementById('criteria').options].map(option => ({ reference: option.value, wording: option.textContent }))
const offer = document.createElement('ul')
offer.className = 'fb-offer fb-offer--above'
offer.id = 'offer'
offer.setAttribute('role', 'listbox')
offer.hidden = true
form.parentElement.append(offer)
words.setAttribute('aria-autocomplete', 'list')
words.setAttribute('aria-controls', 'offer')
let chosen = -1
const prefix = prefixOf(form)

function begun () {
  const before = words.value.slice(0, words.selectionStart)
  return /#([\w.]*)$/.exec(before)
}

function propose () {
  const match = begun()
  if (!match) return proposeSpeakers()
  const start = match[1].toLowerCase()
  const found = known.filter(one => one.reference.toLowerCase().startsWith(start)).slice(0, OFFERED)
  if (!found.length || (found.length === 1 && found[0].reference.toLowerCase() === start)) return close()
  showOffer('Criteria', found)
  // A reference that is whole already is left to Enter, which saves; arrows and Tab still take another.
  const whole = found.some(one => one.reference.toLowerCase() === start)
  choose(start && !whole ? 0 : -1)
  if (offer.dataset.said !== start) say(`${found.length} criteria offered, choose with the arrow keys`)
  offer.dataset.said = start
}

/** None is chosen beforehand: Enter saves a note of one word, such as No, also where a speaker's label begins so. */
function proposeSpeakers () {
  const found = prefix.begun().slice(0, OFFERED)
  if (!found.length) return close()
  showOffer('Who speaks', found.map(label => ({ reference: label, wording: '' })))
  choose(-1)
  const said = `${found.length} ${found.length === 1 ? 'speaker' : 'speakers'} offered: Tab takes ${found[0]}`
  if (offer.dataset.said !== said) say(said)
  offer.dataset.said = said
}

function showOffer (kind, found) {
  offer.setAttribute('aria-label', kind)
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
}

/** Above the composer; where that leaves no room in the window, over its upper part, and scrolled. */
function keepOfferInSight () {
  offer.style.bottom = offer.style.maxHeight = ''
  if (offer.getBoundingClientRect().top >= 0) return
  const top = words.getBoundingClientRect().top
  offer.style.bottom = `${form.parentElement.getBoundingClientRect().bottom - top}px`
  offer.style.maxHeight = `${Math.max(top - 4, 60)}px`
}

function choose (index) {
  chosen = index
  keepOfferInSight()
  for (const [place, item] of [...offer.children].entries()) {
    item.setAttribute('aria-selected', String(place === index))
    if (place === index) item.scrollIntoView({ block: 'nearest' })
  }
  if (index < 0) words.removeAttribute('aria-activedescendant')
  else words.setAttribute('aria-activedescendant', `offer-${index}`)
}

function take (reference) {
  const match = begun()
  if (!match) {
    if (prefix.begun().includes(reference)) prefix.take(reference)
    close()
    return words.focus()
  }
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
  if (composing(event)) return // an input method is at work: Enter is its own
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
    if (event.key === 'Tab' && !event.shiftKey && chosen < 0 && !begun()) choose(0)
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
words.addEventListener('input', showClosed)
for (const field of [words, form.elements.speaker]) field.addEventListener('input', pointOut)
words.addEventListener('blur', close)
offer.addEventListener('mousedown', event => {
  const item = event.target.closest('[role="option"]')
  if (item) {
    event.preventDefault()
    take(item.dataset.reference)
  }
})
keysFor(form, { choosePrompt })
form.addEventListener('submit', event => {
  event.preventDefault()
  save()
})
// Finishing leaves the page: stopped before anybody else hears of it, also what keeps a button from a second press.
document.addEventListener('click', event => {
  if (!event.target.closest('#identity form button') || !isTaken()) return
  event.preventDefault()
  event.stopPropagation()
}, true)
window.addEventListener('beforeunload', event => {
  // What the device keeps may be left; what lives in this page only may not.
  if (unkept.length || (!key && words.value.trim())) event.preventDefault()
})

// In the shell there is no server to ask, and its page is loaded anew once there is.
let wasAtNewest = true
stream.addEventListener('scroll', () => { wasAtNewest = isAtNewest() })
if (!document.body.classList.contains('fb-shell')) {
  watch(() => {
    if (wasAtNewest) toNewest() // whoever reads back is left there
    keepPageSoon()
  }, signIn.offer, showClosed)
}

if (!location.hash) {
  toNewest()
  words.focus({ preventScroll: true })
}
