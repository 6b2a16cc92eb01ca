// On every page: how many notes wait on this device and since when, sending them, and signing out without losing any.
import * as outbox from './outbox.js'
import { button, calm, say } from './fieldbook.js'

const WAIT = 5000 // milliseconds for what waits to be sent before signing out
const line = document.getElementById('fb-waiting')
const form = document.getElementById('fb-sign-out')
const away = document.getElementById('fb-sign-out-away')
let leaves = false // from this window
let stays = '' // what is said of what was not sent
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
outbox.owesSignOut().then(owed => {
  if (owed) return leaveAway()
  show()
  outbox.flush()
})

form?.addEventListener('submit', signOut)
if (away && person) { // the page that stands in for another while there is no network
  away.hidden = false
  away.addEventListener('click', signOut)
}

async function signOut (event) {
  event.preventDefault()
  const { unkept } = await outbox.leaving()
  await Promise.race([outbox.flush(), new Promise(resolve => setTimeout(resolve, WAIT))])
  const left = await outbox.left(person)
  if (!left.notes && !left.ticks && !left.drafts && !unkept) return leave()
  ask({ ...left, unkept })
}

/** Signs out. The device forgets at once, whether or not the server hears of it. */
async function leave () {
  leaves = true
  await outbox.leaving()
  const left = await outbox.left(person)
  if (left.notes || left.ticks || left.drafts) stays = 'What was not sent is kept on this device, sealed. It is there again when you sign in on it.'
  await outbox.forgetPerson(person)
  empty()
  if (await outbox.settleSignOut().catch(() => 'told') !== 'owed') return location.assign('/sign-in')
  leaveAway()
}

outbox.events.addEventListener('gone', () => { if (!leaves) leaveAway() }) // in another window

/** The page of somebody who has signed out, as long as the server does not know. */
function leaveAway () {
  empty('The server is told as soon as it can be reached, and this page then asks you to sign in.')
  outbox.tellSignOut()
}

/** The sign-in that it asks for leads back here, to the same place within the page. */
function openAnew () {
  if (location.hash) location.reload()
  else location.assign(location.pathname + location.search)
}

/** Nothing of the page can be read, or typed into, any more. */
function empty (more = '') {
  const main = document.getElementById('main-content')
  for (const part of document.querySelectorAll(':is(.fb-account, .govuk-service-navigation, .fb-footer, dialog)')) part.remove()
  for (const part of [...main.parentElement.children]) if (part !== main) part.remove()
  document.querySelector('meta[name="csrf-token"]').content = ''
  document.body.classList.remove('fb-shell', 'fb-body--fill', 'fb-body--wide')
  document.title = 'Signed out – Fieldbook'
  const heading = document.createElement('h1')
  heading.className = 'govuk-heading-l govuk-skip-link-focused-element' // focused to be read out: no ring
  heading.tabIndex = -1
  heading.textContent = 'You are signed out on this device'
  const words = document.createElement('p')
  words.className = 'govuk-body'
  words.textContent = ['Nothing can be read here any more.', stays, more].filter(Boolean).join(' ')
  main.replaceChildren(heading, words, button('Back to signing in', openAnew, 'govuk-button'))
  heading.focus()
  calm()
  say('')
}

function ask ({ notes, ticks, drafts, unkept }) {
  const dialog = document.createElement('dialog')
  dialog.className = 'fb-dialog'
  dialog.setAttribute('aria-labelledby', 'leave-heading')
  const heading = document.createElement('h2')
  heading.className = 'govuk-heading-m'
  heading.id = 'leave-heading'
  heading.textContent = 'Not everything is saved yet'
  const words = document.createElement('p')
  words.className = 'govuk-body'
  const what = outbox.inWords({ notes, ticks, drafts })
  const one = notes + ticks + drafts === 1
  words.textContent = [
    what && `This device keeps ${what} that the server has not got. If you sign out, ${one ? 'it stays' : 'they stay'} here, sealed: nobody can read ${one ? 'it' : 'them'} until you sign in on this device again.`,
    (notes || ticks) && (drafts ? 'What is finished is then sent.' : one ? 'It is then sent.' : 'They are then sent.'),
    drafts && 'What is half typed is not sent: it waits where it was typed, until you finish it.',
    unkept && `${unkept} more ${unkept === 1 ? 'is' : 'are'} on this page only, because this device could not keep ${unkept === 1 ? 'it' : 'them'}: signing out loses ${unkept === 1 ? 'it' : 'them'}.`
  ].filter(Boolean).join(' ')
  const group = document.createElement('div')
  group.className = 'govuk-button-group'
  const stay = button('Stay signed in', () => dialog.close(), 'govuk-button')
  group.append(stay, button(unkept ? 'Sign out all the same' : 'Sign out, and keep them here', () => {
    dialog.remove()
    leave()
  }, 'govuk-button govuk-button--secondary'))
  dialog.append(heading, words, group)
  dialog.addEventListener('close', () => dialog.remove())
  document.body.append(dialog)
  dialog.showModal()
  stay.focus()
  say(words.textContent)
}
