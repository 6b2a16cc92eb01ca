// The write-up, and the page of one note: notes are put right in their lines, and what is half typed is kept on this device.
import * as outbox from './outbox.js'
import { correctionsFor } from './corrections.js'

const notes = document.querySelector('.fb-notes[data-interview]')
const place = { person: document.getElementById('fb-sign-out').dataset.person, interview: notes.dataset.interview }
let key = null
const corrections = correctionsFor(place, { key: () => key, box: document.getElementById('half-corrected') })

async function start () {
  if (await outbox.trouble()) return
  key = await outbox.keyOf(place.person, document.querySelector('meta[name="csrf-token"]').content)
  await corrections.offer()
}

outbox.events.addEventListener('gone', () => { key = null })
start().catch(() => {}) // nothing is kept then; leaving with something half typed is asked about all the same
