// The page of what is kept on this device: every note of the signed-in person that the server has not got, and all that
// is half typed, also where its interview takes no more notes and offers it nowhere.
import * as outbox from './outbox.js'
import { ask, button, say } from './fieldbook.js'
import { rowsIn, wouldLose } from './paper-rows.js'
import { wouldLose as wouldLoseMatter } from './raise.js'

const list = document.getElementById('kept')
const half = document.getElementById('kept-half')
const none = document.getElementById('kept-none')
const others = document.getElementById('kept-others')
const person = list.dataset.person
const token = document.querySelector('meta[name="csrf-token"]').content
const STATES = { waiting: 'Waits to be sent', refused: 'Not saved: ', discarded: 'Discarded' }
const FORMS = { paper: 'Typed in from paper, not saved', raise: 'To be raised with the lead, half typed' }
const SENDING = 'It is being sent.'
const UNREAD = 'Cannot be read here now. Sign in again, and load the page.'

async function show () {
  let [entries, drafts] = await look()
  if ([...entries, ...drafts].some(one => !one.fields)) {
    await outbox.keyOf(person, token).catch(() => null) // of an earlier sign-in: the server may give its key
    ;[entries, drafts] = await look()
  }
  none.hidden = Boolean(entries.length || drafts.length)
  others.hidden = !await outbox.isThere() || await outbox.isEmpty(person)
  list.replaceChildren(...entries.map(row))
  half.replaceChildren(...drafts.map(halfRow))
  half.parentElement.hidden = !drafts.length
}

async function look () {
  return await outbox.isThere() ? [await outbox.waiting(person), await outbox.halfTypedBy(person)] : [[], []]
}

function row (entry) {
  const why = entry.state === 'refused' ? entry.why : ''
  const what = entry.kind === 'reword' ? 'Other words for a note · ' : ''
  const [item, group] = lineOf(entry, entry.made, what + STATES[entry.state] + why, entry.fields && said(entry))
  if (entry.fields && entry.state !== 'waiting') {
    group.append(button(entry.state === 'discarded' ? 'Bring it back' : 'Send again', async () => {
      await outbox.tryAgain(await outbox.keyOf(person, token), entry, entry.fields)
      await outbox.flush()
      await show()
      const now = (await outbox.waiting(person)).find(one => one.seq === entry.seq)
      tell(!now ? 'It is sent, and saved.' : now.state === 'refused' ? `Not saved: ${now.why}` : SENDING)
    }))
  }
  if (entry.state === 'refused') {
    group.append(button('Discard', async () => {
      await outbox.discard(entry.seq)
      await show()
      say('Discarded. It can be brought back for 30 days.')
    }))
  }
  return item
}

function halfRow (draft) {
  const what = draft.note ? FORMS[draft.note] ?? 'Other words for a note, half typed' : 'Half-typed note'
  const state = draft.typing ? `${what}, being typed in another tab` : what
  const [item, group] = lineOf(draft, draft.at, state, draft.fields && (draft.note === 'paper' ? onPaper : written)(draft.fields))
  if (draft.note === 'raise' && draft.fields) cover(item.querySelector('.fb-text'))
  if (!draft.typing) group.append(button('Forget it', () => forget(draft)))
  return item
}

/** Others may see this screen: what is for the lead only is shown when it is asked for. */
function cover (words) {
  const details = document.createElement('details')
  const summary = document.createElement('summary')
  summary.textContent = 'Show what you wrote'
  words.replaceWith(details)
  details.append(summary, words)
}

/** As it is by now: a tab may have been opened since that types on. */
async function forget ({ interview, tab, note, at, fields }) {
  if (!await ask('Forget it?', loses(note, fields), 'Forget it', 'Keep it')) return
  const now = (await outbox.halfTypedBy(person)).find(one => one.interview === interview && one.tab === tab && one.note === note)
  const changed = now && (now.typing || now.at !== at)
  if (now && !changed) await outbox.forgetDraft({ person, interview }, tab, note)
  await show()
  tell(changed ? 'Not forgotten: it was typed on meanwhile.' : 'Forgotten.')
}

function loses (note, fields) {
  if (!fields) return 'What cannot be read here now: it is on this device only, and nobody can bring it back.'
  if (note === 'paper') return wouldLose(fields)
  if (note === 'raise') return wouldLoseMatter(fields)
  const words = fields.get('words')
  return `“${words.length > 60 ? `${words.slice(0, 60)}…` : words}”: it is on this device only, and nobody can bring it back.`
}

/** Said on the page too: what it was about is gone from there, and the keyboard's place with it. */
function tell (sentence) {
  const told = document.getElementById('kept-told')
  told.textContent = sentence
  told.focus()
}

function lineOf ({ interview }, moment, state, text) {
  const item = document.createElement('li')
  item.className = 'fb-kept'
  const [code, reference] = interview.split('/')
  const head = document.createElement('p')
  head.className = 'govuk-body-s'
  const link = document.createElement('a')
  link.className = 'govuk-link'
  link.href = `/inspections/${code}/interviews/${reference}`
  link.textContent = reference
  const made = new Date(moment).toLocaleString('en-GB', { dateStyle: 'long', timeStyle: 'short' })
  head.append(link, ` · ${made} · ${state}`)
  const words = document.createElement('p')
  words.className = 'fb-text'
  words.textContent = text ?? UNREAD
  const group = document.createElement('div')
  group.className = 'govuk-button-group'
  item.append(head, words, group)
  return [item, group]
}

function said ({ kind, note, fields }) {
  if (kind === 'tick') return `Topic guide: ${note} ${fields.get('mark') ? 'ticked' : 'no longer ticked'}`
  return written(fields)
}

const written = fields => [fields.get('speaker'), fields.get('words') ?? fields.get('matter')].filter(Boolean).join(': ')

/** A line for each row in which something stands. */
function onPaper (fields) {
  return rowsIn(fields).map(({ time, speaker, prompt, words }) => {
    return [time, prompt, [speaker, words].filter(Boolean).join(': ')].filter(Boolean).join(' ')
  }).filter(Boolean).join('\n')
}

outbox.events.addEventListener('leaving', ({ detail }) => { detail.keeps = true })
for (const name of ['answer', 'refused']) {
  outbox.events.addEventListener(name, () => {
    const told = document.getElementById('kept-told')
    if (told.textContent === SENDING) told.textContent = ''
    show()
  })
}
document.addEventListener('visibilitychange', () => { if (!document.hidden) show() })
show()
