// What is typed in from paper is kept on this device, sealed, until it is saved: like a half-typed note, in one piece.
// The page that is opened next offers it. Where the device keeps nothing, that is said before typing, and leaving is asked
// about.
import * as outbox from './outbox.js'
import { ask, button, say, warn } from './fieldbook.js'
import { rowsIn, wouldLose } from './paper-rows.js'
import { uuid7 } from './uuid.js'

const NOTE = 'paper' // what the device calls it
const WITHIN = 500 // milliseconds until it is on the device

const form = document.getElementById('paper')
const box = document.getElementById('typed-in')
const place = { person: document.getElementById('fb-sign-out').dataset.person, interview: form.dataset.interview }
const rows = () => [...form.querySelectorAll('.fb-paper-row')]
const fieldsOf = row => [...row.querySelectorAll('input, select, textarea')]
const isEmpty = row => fieldsOf(row).every(field => !field.value.trim())
let key = null
let timer

async function start () {
  let why = await outbox.trouble()
  if (!why) {
    try {
      key = await outbox.keyOf(place.person, form.elements.csrf_token.value)
    } catch {
      why = 'unasked'
    }
  }
  if (why) return cannotKeep(why)
  // A page that came filled in, refused or with more rows, goes on with what this tab sent. An empty one begins anew.
  if (!cameFilled()) await outbox.setAside(place, NOTE)
  await keepNow()
  await offer()
}

/** Rows that came back filled in are not saved either. */
function cannotKeep (why) {
  form.dataset.fbAsk = cameFilled() ? 'changed' : ''
  document.getElementById('keeping-words').textContent = `This device keeps nothing of this form: ${outbox.NO_KEEPING[why]}. What you type is safe only once it is saved.`
  document.getElementById('keeping').hidden = false
}

function cameFilled () {
  return rows().flatMap(fieldsOf).some(field => field.defaultValue ?? field.querySelector('[selected]')?.value)
}

async function keepNow () {
  clearTimeout(timer)
  timer = undefined
  if (!key) return
  if (rows().every(isEmpty)) return outbox.dropDraft(place, NOTE)
  const typed = new URLSearchParams(new FormData(form))
  typed.delete('csrf_token')
  await outbox.keepDraft(key, place, typed, NOTE)
}

const keep = () => keepNow().catch(() => {})

form.addEventListener('input', () => {
  if (!key) return
  form.elements.operation.value = uuid7() // other content: sent under the same, it would be refused
  timer ??= setTimeout(keep, WITHIN)
})
form.addEventListener('submit', keep)
document.addEventListener('visibilitychange', () => { if (document.hidden) keep() })
outbox.events.addEventListener('leaving', ({ detail }) => {
  detail.keeps = true
  if (key) detail.until.push(keepNow())
  else if (!rows().every(isEmpty)) detail.unkept++
})
outbox.events.addEventListener('gone', () => { key = null })

async function offer () {
  const [one] = await outbox.leftOf(place, NOTE)
  box.hidden = !one
  box.replaceChildren()
  if (!one) return
  box.append('What you had typed in is kept on this device. ', button('Take it back', () => take(one)), ' ', button('Forget it', async () => {
    if (!await ask('Forget what you had typed in?', wouldLose(one.fields), 'Forget it', 'Keep it')) return
    await outbox.forgetDraft(place, one.tab, NOTE)
    await offer()
    rows()[0].querySelector('input').focus()
    say('Forgotten.')
  }))
}

/** Into an empty form as it was, also under its operation: what was saved after all is not saved twice. Else below. */
async function take (one) {
  const from = rows().findLastIndex(row => !isEmpty(row)) + 1
  const kept = rowsIn(one.fields).filter(row => !from || Object.values(row).some(value => value.trim()))
  if (from + kept.length > Number(form.dataset.most)) {
    return warn('Not taken back: there are not as many rows left in this form. Save it first, then open it again.')
  }
  while (rows().length < from + kept.length) addRow()
  for (const [at, row] of kept.entries()) {
    for (const field of fieldsOf(rows()[from + at])) field.value = row[field.name.split('-').at(-1)] ?? ''
  }
  const dates = one.fields.getAll('date')
  if (!from) for (const [at, field] of form.querySelectorAll('[name="date"]').entries()) field.value = dates[at] ?? ''
  form.elements.operation.value = from ? uuid7() : one.fields.get('operation')
  await keepNow()
  await outbox.forgetDraft(place, one.tab, NOTE)
  await offer()
  rows()[from].querySelector('input').focus()
  say('What you had typed in is in the rows again.')
}

function addRow () {
  const last = rows().at(-1)
  const number = rows().length
  const row = last.cloneNode(true)
  for (const wrong of row.querySelectorAll('.govuk-error-message')) wrong.remove()
  for (const group of row.querySelectorAll('.govuk-form-group--error')) group.classList.remove('govuk-form-group--error')
  for (const field of fieldsOf(row)) {
    field.name = field.id = field.name.replace(/\d+/, number)
    field.value = ''
    field.removeAttribute('aria-describedby')
  }
  for (const label of row.querySelectorAll('label')) label.htmlFor = label.htmlFor.replace(/\d+/, number)
  for (const words of row.querySelectorAll('legend, label span')) words.textContent = words.textContent.replace(/\d+$/, number + 1)
  last.after(row)
}

start().catch(() => {}) // nothing is kept then
