// The page of what is kept on this device: every note of the signed-in person that the server has not got.
import * as outbox from './outbox.js'
import { button, say } from './fieldbook.js'

const list = document.getElementById('kept')
const none = document.getElementById('kept-none')
const person = list.dataset.person
const token = document.querySelector('meta[name="csrf-token"]').content
const STATES = { waiting: 'Waits to be sent', refused: 'Not saved: ', discarded: 'Discarded' }

async function show () {
  const entries = await outbox.isThere() ? await outbox.waiting(person) : []
  none.hidden = Boolean(entries.length)
  list.replaceChildren(...entries.map(row))
}

function row (entry) {
  const item = document.createElement('li')
  item.className = 'fb-kept'
  const [code, reference] = entry.interview.split('/')
  const head = document.createElement('p')
  head.className = 'govuk-body-s'
  const link = document.createElement('a')
  link.className = 'govuk-link'
  link.href = `/inspections/${code}/interviews/${reference}`
  link.textContent = reference
  const made = new Date(entry.made).toLocaleString('en-GB', { dateStyle: 'long', timeStyle: 'short' })
  head.append(link, ` · ${made} · ${STATES[entry.state]}${entry.state === 'refused' ? entry.why : ''}`)
  const words = document.createElement('p')
  words.className = 'fb-text'
  words.textContent = entry.fields ? said(entry) : 'Cannot be read here now. Sign in again, and load the page.'
  const group = document.createElement('div')
  group.className = 'govuk-button-group'
  if (entry.fields && entry.state !== 'waiting') {
    group.append(button(entry.state === 'discarded' ? 'Bring it back' : 'Send again', async () => {
      await outbox.tryAgain(await outbox.keyOf(person, token), entry, entry.fields)
      await outbox.flush()
      await show()
      say('It is being sent.')
    }))
  }
  if (entry.state === 'refused') {
    group.append(button('Discard', async () => {
      await outbox.discard(entry.seq)
      await show()
      say('Discarded. It can be brought back for 30 days.')
    }))
  }
  item.append(head, words, group)
  return item
}

function said ({ kind, note, fields }) {
  if (kind === 'tick') return `Topic guide: ${note} ${fields.get('mark') ? 'ticked' : 'no longer ticked'}`
  return [fields.get('speaker'), fields.get('words')].filter(Boolean).join(': ')
}

outbox.events.addEventListener('answer', show)
outbox.events.addEventListener('refused', show)
show()
