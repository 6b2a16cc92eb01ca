// What colleagues do in the same interview: their notes as they come, what they tick, and who is here.
import { heard, holdsKeyboard, keepKeyboard, say } from './fieldbook.js'
import { freshen, stamp } from './guide.js'

const EVERY = 1200 // milliseconds: theirs are seen within two seconds
const AWAY = 10_000 // while the server does not answer
const TELL = 10_000 // a screen reader is told of them together, not note by note
const PATIENCE = 10_000

const notes = document.getElementById('notes')
const present = document.getElementById('present')
let since = notes.dataset.since
let untold = 0
let toldAt = 0
let seen = performance.timeOrigin

/** As of when the page shows what the server has. */
export const seenAt = () => seen

/**
 * Asks again and again while the page is looked at. `came` is called after lines changed, `nobody` while signed out,
 * `closed` with whether notes are taken no more when that has changed.
 */
export async function watch (came, nobody, closed) {
  while (notes.isConnected) { // else the page was emptied: somebody signed out
    let wait = EVERY
    if (!document.hidden) {
      try {
        const asked = Date.now()
        const shown = stamp()
        const state = document.getElementById('identity')?.dataset.state ?? ''
        const answer = await fetch(`${location.pathname}/notes?${new URLSearchParams({ since, guide: shown, state })}`, {
          headers: { 'HX-Request': 'true' },
          signal: AbortSignal.timeout(PATIENCE)
        })
        if (!notes.isConnected) return
        if (answer.status < 500) heard()
        if (answer.status === 200) {
          show(await answer.text(), shown, came, closed)
          seen = asked
        } else wait = AWAY
        if (answer.status === 401) {
          present.textContent = ''
          nobody()
        }
      } catch {
        heard(false)
        present.textContent = ''
        wait = AWAY
      }
    }
    tell()
    await new Promise(resolve => setTimeout(resolve, wait))
  }
}

function show (html, shown, came, closed) {
  const page = new DOMParser().parseFromString(html, 'text/html')
  const here = page.getElementById('present')
  if (!here) return
  since = here.dataset.since
  if (present.textContent !== here.textContent) present.textContent = here.textContent
  takeHead(page.getElementById('identity'))
  takeClosed(page.getElementById('closed'), closed)
  if (stamp() === shown) freshen(page) // else one's own tick was answered meanwhile
  const changed = [...page.querySelectorAll('li.fb-note')].filter(take)
  if (!changed.length) return
  sayWhoTookThem()
  came(changed.length)
}

/** How far the interview is, once a colleague finished it or signed it off. */
function takeHead (fresh) {
  const head = document.getElementById('identity')
  if (!fresh || head.dataset.state === fresh.dataset.state || head.contains(document.activeElement)) return
  head.replaceWith(fresh)
  window.htmx.process(fresh)
}

/** That the interview was signed off or cancelled elsewhere, or takes notes again. */
function takeClosed (fresh, closed) {
  const box = document.getElementById('closed')
  if (!box || box.textContent === (fresh?.textContent ?? '')) return
  box.replaceChildren(...fresh?.childNodes ?? [])
  box.hidden = !fresh
  closed(Boolean(fresh))
}

/** Each note says who took it, as soon as several did. */
export function sayWhoTookThem () {
  const people = new Set([...notes.querySelectorAll('.fb-note__by')].map(by => by.textContent))
  notes.classList.toggle('fb-notes--several', people.size > 1)
}

/** Puts one line in its place. False where it is there already, waits for its own answer, or is being edited. */
function take (line) {
  const before = document.getElementById(line.id)
  if (!before && lineOf(line.dataset.id)?.dataset.note) return false // one's own: its answer comes
  if (before && before.dataset.touched >= line.dataset.touched) return false // both tell the time
  if (before?.querySelector('textarea') || before?.dataset.seq) return false // being reworded here: saving shows both
  if ('withdrawn' in line.dataset) {
    before?.remove()
    return Boolean(before)
  }
  const stays = before?.dataset.place === line.dataset.place
  const held = holdsKeyboard(before)
  if (stays) before.replaceWith(line)
  else {
    before?.remove()
    notes.insertBefore(line, next(line) ?? null)
  }
  document.getElementById('no-notes')?.remove()
  window.htmx.process(line)
  if (held) keepKeyboard(line.id)
  untold++
  return true
}

const placeOf = line => Number(line.dataset.place)

/** One's own line has its place now: colleagues' of later ones, which came before the answer did, go behind it. */
export function settle (line) {
  let before = line.previousElementSibling
  while (before && !before.id) before = before.previousElementSibling
  if (before && placeOf(before) > placeOf(line)) notes.insertBefore(line, next(line) ?? null)
}

/** Before which line this one belongs: one of a later place, or what waits here to be sent. */
function next (line) {
  for (const other of newestFirst()) if (other.id && placeOf(other) < placeOf(line)) return other.nextElementSibling
  return notes.firstElementChild
}

/** The line of a note, by its name. It is among the newest, nearly always: not looked for in 1,500 others. */
export function lineOf (note) {
  for (const line of newestFirst()) if (line.dataset.note === note || line.dataset.id === note) return line
}

function * newestFirst () {
  for (let line = notes.lastElementChild; line; line = line.previousElementSibling) yield line
}

function tell () {
  if (!untold || Date.now() < toldAt + TELL) return
  say(untold === 1 ? 'A note of a colleague has come' : `${untold} notes of colleagues have come`)
  untold = 0
  toldAt = Date.now()
}
