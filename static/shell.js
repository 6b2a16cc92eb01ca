// Fills the shell that stands in for an interview's page while there is no network, from what this device keeps.
import * as outbox from './outbox.js'
import { whenBack } from './fieldbook.js'

const main = document.getElementById('main-content')
const [, , code, , reference] = location.pathname.split('/')
const words = document.getElementById('shell-words')

async function fill () {
  if (await outbox.trouble()) return tell('This device keeps nothing. Open the page again when the network is back.')
  if (await outbox.owesSignOut()) {
    document.getElementById('shell-heading').textContent = 'You are signed out on this device'
    tell(`${await whatIsLeft()} The server is told that you signed out as soon as it is back, and this page then asks you to sign in.`)
    return outbox.tellSignOut()
  }
  const key = await outbox.lastKey()
  if (!key) {
    if (!await outbox.hasSignedOut()) return tell('Nobody who takes notes has signed in on this device, so nothing is kept here. Open the page again when the network is back.')
    return tell(`Whoever took notes on this device has signed out. ${await whatIsLeft()} Open the page again when the network is back.`)
  }
  const place = { person: key.person, interview: `${code}/${reference}` }
  const kept = await outbox.pageOf(place)
  const holder = document.createElement('template')
  if (kept) holder.innerHTML = kept.html
  else holder.content.append(...document.getElementById('bare').children)
  const form = holder.content.getElementById('composer')
  if (!form) return tell('No notes can be taken in this interview.')
  if (!kept) {
    form.dataset.person = place.person
    form.dataset.interview = place.interview
    const heading = document.getElementById('shell-heading')
    heading.textContent = reference
    holder.content.prepend(heading)
  }
  if (form.dataset.person !== place.person || form.dataset.interview !== place.interview) return tell('What is kept here is of another page.')
  document.title = `${reference} – no network – Fieldbook`
  document.body.classList.add('fb-shell')
  main.replaceChildren(holder.content)
  const state = document.createElement('p')
  state.className = 'fb-keeping'
  state.id = 'shell-state'
  state.setAttribute('role', 'status')
  const away = kept
    ? `No connection. This is the page as it was on ${shortly(kept.at, true)}: what you or a colleague did after that, here or elsewhere, may be missing, unless it waits on this device. What you type is kept on this device for ${key.name}. Links open once the connection is back.`
    : `No connection. What you type is kept on this device for ${key.name}, and can be read here after signing in.`
  state.textContent = away
  main.prepend(state)
  // Whether the server has other words by now cannot be known here: so none of them is called saved.
  for (const mark of main.querySelectorAll('.fb-save--saved')) {
    mark.className = 'fb-save fb-save--was'
    mark.textContent = `As of ${shortly(kept.at)}`
  }
  // Nor who else is there.
  main.querySelector('#present').textContent = ''
  // What only the server can do waits until it is there; notes, their words and ticks do not.
  for (const button of main.querySelectorAll('form:not(#composer, .fb-guide__form) button')) button.disabled = true
  window.htmx.process(main)
  await import('./capture.js')
  document.getElementById('fb-waiting').dataset.person = place.person
  import('./waiting.js')
  whenBack().then(sayBack)
  outbox.events.addEventListener('away', () => { // perhaps again
    if (state.textContent !== away) state.textContent = away
    whenBack().then(sayBack)
  })
}

/** A moment, with its day where that is not today, or `always`. */
function shortly (moment, always = false) {
  const then = new Date(moment)
  const day = always || then.toDateString() !== new Date().toDateString()
  return then.toLocaleString('en-GB', day ? { dateStyle: 'long', timeStyle: 'short' } : { timeStyle: 'short' })
}

/** Of everybody, in all interviews: whoever it is, it is safe, and shown to nobody else. */
async function whatIsLeft () {
  return await outbox.isEmpty()
    ? 'Nothing waits here that the server has not got.'
    : 'What was typed and not sent is kept here, sealed: sign in on this device when there is a connection, and it is there.'
}

function tell (sentence) {
  words.textContent = sentence
}

// When the server answers again, the page itself is a click away; what is being typed is not thrown away for it.
outbox.events.addEventListener('back', sayBack)

function sayBack () {
  const state = document.getElementById('shell-state')
  if (!state || state.querySelector('a')) return
  const link = document.createElement('a')
  link.className = 'govuk-link'
  link.href = location.pathname
  link.textContent = 'Load the whole page'
  state.replaceChildren('The connection is back. What was done meanwhile elsewhere is not shown here. ', link)
}

fill()
