// Other words for a note that are half typed: kept on this device like a half-typed note, sealed, until they are saved or
// left. After a crash, a reload or a killed browser their note offers them again, as of the version they were begun on.
import * as outbox from './outbox.js'
import { ask, button, isChanged, say } from './fieldbook.js'

const WITHIN = 500 // milliseconds until they are on the device
const OPEN = '.fb-note [data-fb-ask]' // a note's own form, or the one that stands in for it without the server
const FIELDS = ['words', 'speaker', 'quote', 'version']

/**
 * For the page of `place`. `key()` is what this sign-in seals with, null where nothing is kept; `box` shows what is of no
 * note on the page. `edit(line, typed)` opens a note without the server, where the page can do that, and `isAway()` says
 * whether it has to.
 */
export function correctionsFor (place, { key, box, edit, isAway = () => false }) {
  const timers = new Map() // notes whose words are kept soon
  let storing = Promise.resolve() // one after the other: what is saved must not be kept once more behind it

  /** What devices call the note of an open form; nothing where two versions are joined by it. */
  function noteOf (group) {
    if (!group.matches('form')) return group.closest('.fb-note').dataset.note ?? group.closest('.fb-note').dataset.id
    return /\/notes\/([\da-f-]{36})$/.exec(group.getAttribute('hx-post'))?.[1]
  }

  function typed (group) {
    const line = group.closest('.fb-note')
    const fields = group.matches('form')
      ? new URLSearchParams(new FormData(group))
      : new URLSearchParams({ words: group.querySelector('textarea').value, version: line.dataset.version ?? 1 })
    const kept = new URLSearchParams({ line: line.id })
    for (const name of FIELDS) if (fields.has(name)) kept.set(name, fields.get(name))
    return kept
  }

  function keepSoon (group, note) {
    if (!timers.has(note)) timers.set(note, setTimeout(() => keepNow(group, note).catch(() => {}), WITHIN))
  }

  async function keepNow (group, note) {
    timers.delete(note)
    if (!group.isConnected) return
    if (!key()) return keepSoon(group, note) // the page may have just opened
    const fields = isChanged(group) && typed(group)
    storing = storing.then(() => fields ? outbox.keepDraft(key(), place, fields, note) : outbox.dropDraft(place, note)).catch(() => {})
    await storing
  }

  document.addEventListener('input', event => {
    const group = event.target.closest(OPEN)
    const note = group && noteOf(group)
    if (note) keepSoon(group, note)
  })
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) return
    for (const group of document.querySelectorAll(OPEN)) {
      const note = noteOf(group)
      if (note && isChanged(group)) keepNow(group, note).catch(() => {})
    }
  })

  // Most is added to the end, or changed near it. As soon as it is there: the keyboard may be in it before it has settled.
  const toEnd = part => {
    for (const box of part.querySelectorAll?.('form.fb-note__words textarea') ?? []) box.setSelectionRange(box.value.length, box.value.length)
  }
  document.addEventListener('htmx:afterSwap', event => toEnd(event.target))
  toEnd(document)

  outbox.events.addEventListener('leaving', ({ detail }) => {
    detail.keeps = true
    const begun = [...document.querySelectorAll(OPEN)].filter(group => noteOf(group) && isChanged(group))
    if (key()) detail.until.push(...begun.map(group => keepNow(group, noteOf(group))))
    else detail.unkept += begun.length
  })

  /** They are saved, or wait to be sent, or are not wanted. */
  function gone (note) {
    clearTimeout(timers.get(note))
    timers.delete(note)
    if (key()) storing = storing.then(() => outbox.dropDraft(place, note)).catch(() => {})
  }

  document.addEventListener('htmx:afterRequest', ({ detail: { requestConfig, xhr } }) => {
    const asked = requestConfig?.elt // gone from the page by now, with the form that it was of
    const group = asked?.closest?.(OPEN)
    if (!group || !noteOf(group)) return
    // Its link leaves the note as it was; what was typed is offered until it is forgotten.
    if (asked !== group && xhr.status === 200) leave(group)
    // Of what came too late the server has stored both.
    if (asked === group && [200, 409].includes(xhr.status)) gone(noteOf(group))
  })

  async function leave (group) {
    const note = noteOf(group)
    if (!key() || !isChanged(group)) return gone(note)
    const fields = typed(group)
    clearTimeout(timers.get(note))
    timers.delete(note)
    storing = storing.then(() => outbox.keepDraft(key(), place, fields, note)).catch(() => {})
    await storing
    await offer()
  }

  /** Shows at each note what was begun for it, and in the box what is of no note that can be put right here. */
  async function offer () {
    const left = await outbox.correctionsOf(place)
    box.hidden = true
    box.replaceChildren()
    for (const one of left) {
      const line = lineOf(one)
      const open = line?.querySelector('[data-fb-ask]')
      if (open) {
        if (open.matches('form') && !isChanged(open)) {
          await outbox.adoptDraft(key(), place, one)
          fill(open, one.fields)
        }
        continue
      }
      line?.querySelector('.fb-note__begun')?.remove()
      const begun = document.createElement(line ? 'p' : 'div')
      const link = document.createElement('a')
      begun.className = 'fb-note__begun fb-no-print'
      const done = () => {
        begun.remove()
        link.remove()
        if (box.querySelector('a, .fb-note__begun')) return
        box.replaceChildren()
        box.hidden = true
      }
      const forget = button('Forget them', async () => {
        if (!await ask('Forget these words?', `“${one.fields.get('words')}”: on this device only, and nobody can bring them back. The note stays as it is.`, 'Forget them', 'Keep them')) return
        await outbox.forgetDraft(place, one.tab, one.note)
        done()
        say('Forgotten.')
      })
      if (line && (edit || editsOf(line))) {
        begun.append('Other words for this note are half typed. ', button('Go on', () => goOn(line, one, done)), ' ', forget)
        line.append(begun)
        // The line may be far from where the page opens.
        link.className = 'govuk-link'
        link.href = `#${line.id}`
        link.textContent = line.id.replace('note-', 'note ')
        if (line.id) box.append(box.querySelector('a') ? ', ' : 'Other words are half typed for ', link)
      } else {
        begun.append(`Half-typed words for a note that cannot be put right on this page: “${one.fields.get('words')}” `, forget)
        box.append(begun)
      }
      box.hidden = !box.childNodes.length
    }
  }

  function lineOf ({ note, fields }) {
    return (fields.get('line') && document.getElementById(fields.get('line'))) ||
      document.querySelector(`.fb-note[data-note="${note}"], .fb-note[data-id="${note}"]`)
  }

  const editsOf = line => line.querySelector('a[hx-get*="/edit"]')

  async function goOn (line, one, done) {
    await outbox.adoptDraft(key(), place, one)
    done()
    const link = editsOf(line)
    if (edit && (isAway() || !link)) {
      const words = one.fields.get('words')
      return edit(line, { value: words, selectionStart: words.length, selectionEnd: words.length })
    }
    document.addEventListener('htmx:load', event => {
      const form = event.detail.elt.matches?.('.fb-note') && event.detail.elt.querySelector('form[data-fb-ask]')
      if (form) fill(form, one.fields)
    }, { once: true })
    link.click()
  }

  /** As it was left, on the version that it was begun on: a change that came meanwhile is shown beside it. */
  function fill (form, fields) {
    for (const name of FIELDS) {
      const field = form.elements[name]
      if (field.type === 'checkbox') field.checked = fields.get(name) === 'y'
      else if (fields.has(name)) field.value = fields.get(name)
    }
    form.elements.words.focus()
  }

  return { offer, gone }
}
