// On every page: how many notes wait on this device and since when, sending them, and signing out without losing any.
import * as outbox from './outbox.js'
import { button, say } from './fieldbook.js'

const WAIT = 5000 // milliseconds for what waits to be sent before signing out
const line = document.getElementById('fb-waiting')
const form = document.getElementById('fb-sign-out')
const person = form?.dataset.person ?? line.dataset.person

async function show () {
  const mine = (await outbox.count()).filter(one => one.person === person)
  const since = mine.length && new Date(Math.min(...mine.map(one => one.since)))
  const today = since && since.toDateString() === new Date().toDateString()
  const when = since && since.toLocaleString('en-GB', today ? { timeStyle: 'short' } : { dateStyle: 'long', timeStyle: 'short' })
  line.replaceChildren()
  if (!mine.length) return
  const words = `${mine.length} kept on this device since ${when}`
  if (!form) return line.append(words) // without a network there is no page to go to
  const link = document.createElement('a')
  link.className = 'fb-account__kept'
  link.href = '/capture/kept'
  link.textContent = words
  line.append(link)
}

outbox.events.addEventListener('change', show)
outbox.events.addEventListener('answer', show)
outbox.settleSignOut().then(left => {
  if (left) return location.assign('/sign-in')
  show()
  outbox.flush()
})

form?.addEventListener('submit', async event => {
  event.preventDefault()
  await Promise.race([outbox.flush(), new Promise(resolve => setTimeout(resolve, WAIT))])
  const left = await outbox.left(person)
  if (!left.notes && !left.ticks && !left.drafts) return leave()
  ask(left)
})

/** Signs out. Where nothing of anybody is left on the device, the server has the browser clear what was stored. */
async function leave () {
  await outbox.forgetPerson()
  const clear = await outbox.isEmpty()
  if (await outbox.signOut(person, clear)) return location.assign('/sign-in')
  await outbox.oweSignOut(person)
  ask({ away: true })
}

function ask ({ notes, ticks, drafts, away }) {
  const dialog = document.createElement('dialog')
  dialog.className = 'fb-dialog'
  dialog.setAttribute('aria-labelledby', 'leave-heading')
  const heading = document.createElement('h2')
  heading.className = 'govuk-heading-m'
  heading.id = 'leave-heading'
  heading.textContent = away ? 'You are signed out on this device' : 'Not everything is saved yet'
  const words = document.createElement('p')
  words.className = 'govuk-body'
  const what = [
    notes && `${notes} ${notes === 1 ? 'note' : 'notes'}`,
    ticks && `${ticks} ${ticks === 1 ? 'tick' : 'ticks'} of the topic guide`,
    drafts && `${drafts} half-typed ${drafts === 1 ? 'note' : 'notes'}`
  ].filter(Boolean).join(' and ')
  words.textContent = `This device keeps ${what} that the server has not got. If you sign out, they stay here, sealed: nobody can read them until you sign in on this device again, and then they are sent.`
  if (away) words.textContent = 'The server cannot be reached. Nothing can be read here any more, and the server is told as soon as it is back.'
  const group = document.createElement('div')
  group.className = 'govuk-button-group'
  const stay = away
    ? button('Leave this page', () => location.reload(), 'govuk-button')
    : button('Stay signed in', () => dialog.close(), 'govuk-button')
  group.append(stay)
  if (!away) group.append(button('Sign out, and keep them here', () => {
    dialog.remove()
    leave()
  }, 'govuk-button govuk-button--secondary'))
  else dialog.addEventListener('cancel', event => event.preventDefault())
  dialog.append(heading, words, group)
  dialog.addEventListener('close', () => dialog.remove())
  document.body.append(dialog)
  dialog.showModal()
  stay.focus()
  say(words.textContent)
}
