// What is changed on the page of an interview without the server: ticks of the topic guide and other words for notes that
// are saved. They wait in the outbox like notes, each with the version that it was made on; the server judges when it
// is back, and what came too late is shown beside what came first.
import * as outbox from './outbox.js'
import { calm, say } from './fieldbook.js'
import { freshen } from './guide.js'

/**
 * For the page of `place`. `key()` is what this sign-in seals with, `isAway()` whether the server is known to be away.
 * The page's own: `edit(line)` opens a saved note for other words, `keepWords(line, fields, operation)` keeps them.
 */
export function changesFor (place, { key, isAway, edit, keepWords }) {
  const ticks = new Map() // a part of the guide to the marks of it that wait, in their order

  function sentOf (form) {
    const fields = new URLSearchParams(new FormData(form))
    const operation = fields.get('operation') || undefined
    fields.delete('csrf_token')
    fields.delete('operation')
    return { fields, operation }
  }

  async function keepTick (form) {
    const part = form.querySelector('.fb-tick').id.slice('tick-'.length)
    const { fields, operation } = sentOf(form)
    await outbox.keep(key(), place, 'tick', part, fields, operation)
    wait(part, fields)
    showTicks()
    say('Kept on this device. It is sent when the server is back.')
    outbox.flush()
  }

  function wait (part, fields) {
    ticks.set(part, [...ticks.get(part) ?? [], fields.get('mark')])
  }

  /** As it will stand once what waits has arrived: a further press is a change of that. */
  function showTicks () {
    for (const [part, marks] of ticks) {
      const button = document.getElementById(`tick-${part}`)
      if (!button || button.dataset.waits === String(marks.length)) continue
      const form = button.closest('form')
      const done = marks.at(-1) === 'done'
      form.elements.version.value = Number(form.elements.version.value) + marks.length - Number(button.dataset.waits ?? 0)
      form.elements.mark.value = done ? '' : 'done'
      form.elements.operation.value = ''
      button.dataset.waits = marks.length
      button.setAttribute('aria-pressed', String(done))
      button.querySelector('.fb-tick__box').textContent = done ? '☑' : '☐'
      if (form.nextElementSibling?.matches('.fb-guide__kept')) continue
      const mark = document.createElement('span')
      mark.className = 'fb-guide__who fb-guide__kept'
      mark.textContent = 'Kept on this device'
      form.after(mark)
    }
  }

  /** Whether `place` of the page, of which something could not be asked of the server, goes on without it. */
  function goOn (sender) {
    if (!key()) return false
    if (sender.matches('.fb-guide__form')) keepTick(sender)
    else if (sender.matches('form.fb-note__words')) {
      if (!sender.getAttribute('hx-post').endsWith(sender.closest('.fb-note').dataset.id)) return false // two are joined by it
      const { fields, operation } = sentOf(sender)
      if (!fields.get('words').trim()) return false
      keepWords(sender.closest('.fb-note'), fields, operation)
    } else if (sender.matches('a.fb-note__edit[hx-get$="/edit"]')) edit(sender.closest('.fb-note'))
    else return false
    return true
  }

  document.addEventListener('htmx:beforeRequest', event => {
    if (isAway() && goOn(event.detail.elt)) event.preventDefault()
  })
  for (const name of ['htmx:sendError', 'htmx:timeout']) {
    document.addEventListener(name, event => { if (goOn(event.detail.elt)) calm() })
  }
  document.addEventListener('fb:guide', showTicks)

  /** A tick no longer waits; `text` is the guide as the server answered it, if it did. */
  function gone (part, text) {
    const left = (ticks.get(part) ?? []).slice(1)
    if (left.length) ticks.set(part, left)
    else ticks.delete(part)
    const guide = document.getElementById('guide')
    if (text && guide) freshen(new DOMParser().parseFromString(text, 'text/html'))
    else if (guide) guide.dataset.stamp = '' // the next answer about colleagues brings it as it is
  }

  return {
    /** A tick of the queue, when the page opens. */
    show (entry) {
      wait(entry.note, entry.fields)
      showTicks()
    },
    gone
  }
}
