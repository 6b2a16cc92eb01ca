// What every page does. Other modules import say(), warn(), calm(), button(), ask(), isChanged(), heard() and whenBack()
// from here.
import { initAll } from './vendor/govuk-frontend/govuk-frontend.min.js'

const NARROW = window.matchMedia('(max-width: 48rem)')
const STARTED_ALREADY = 'InitError'
const LOOK_EVERY = 10_000 // milliseconds

/** Says a sentence to a screen reader, politely. */
export function say (words) {
  const region = document.getElementById('fb-status')
  if (region) region.textContent = words
}

/** Shows a sentence at the foot of the window and reads it out; it stays until it is closed or calmed. */
export function warn (words) {
  const box = document.getElementById('fb-alert')
  const region = document.getElementById('fb-alert-words')
  if (!box || !region) return
  box.hidden = false
  if (region.textContent !== words) region.textContent = words
}

/** Takes the sentence away, once what it said is no longer so. */
export function calm () {
  const box = document.getElementById('fb-alert')
  if (!box) return
  box.hidden = true
  document.getElementById('fb-alert-words').textContent = ''
}

// Whether the server is there ----------------------------------------------------------------------------------------

const HEARD_FOR = 3000 // milliseconds in which it is taken to be there still
const PATIENCE = 5000
const LOOK_AGAIN = 3000
let heardAt = document.querySelector('[data-fb-away-page]') ? 0 : Date.now() // the page itself is an answer of it
let looking

/** The server has answered just now, or has not. */
export function heard (answered = true) {
  heardAt = answered ? Date.now() : 0
}

const isThere = () => navigator.onLine && Math.abs(Date.now() - heardAt) < HEARD_FOR

async function answers () {
  try {
    const answer = await fetch('/capture/who', { signal: AbortSignal.timeout(PATIENCE) })
    return answer.status < 500 // else what stands before the server answers for it
  } catch {
    return false
  }
}

/** Resolves once the server answers again. */
export function whenBack () {
  looking ??= look().finally(() => { looking = undefined })
  return looking
}

async function look () {
  while (!await answers()) {
    await new Promise(resolve => {
      setTimeout(resolve, LOOK_AGAIN)
      window.addEventListener('online', resolve, { once: true })
    })
  }
  heard()
}

/** What is said as long as the server is away, and no longer. */
async function warnWhileAway (words) {
  warn(words)
  await whenBack()
  if (document.getElementById('fb-alert-words').textContent !== words) return
  calm()
  say('The connection is back.')
}

/** A button that does something on this page. */
export function button (text, act, classes = 'fb-button-link') {
  const made = document.createElement('button')
  made.type = 'button'
  made.className = classes
  made.textContent = text
  made.addEventListener('click', act)
  return made
}

/** Asks before something is lost for good, in a dialog that names it. Resolves to whether to do it. */
export function ask (question, lost, doIt, leaveIt) {
  const dialog = document.createElement('dialog')
  dialog.className = 'fb-dialog'
  dialog.setAttribute('aria-labelledby', 'ask-heading')
  const heading = document.createElement('h2')
  heading.className = 'govuk-heading-m'
  heading.id = 'ask-heading'
  heading.textContent = question
  const words = document.createElement('p')
  words.className = 'govuk-body'
  words.textContent = lost
  const group = document.createElement('div')
  group.className = 'govuk-button-group'
  const stay = button(leaveIt, () => dialog.close(), 'govuk-button')
  group.append(stay, button(doIt, () => dialog.close('yes'), 'govuk-button govuk-button--warning'))
  dialog.append(heading, words, group)
  document.body.append(dialog)
  dialog.showModal()
  stay.focus()
  say(lost)
  return new Promise(resolve => dialog.addEventListener('close', () => {
    dialog.remove() // the browser gives the focus back to what opened it
    resolve(dialog.returnValue === 'yes')
  }))
}

/** Starts the components in one region: GOV.UK's always, the Ministry of Justice's where it has any. */
function start (region) {
  // Components look below their scope only, so a region that is one itself is started from its parent. Neighbours that
  // run already refuse to start twice, which is what is wanted; every other error is shown.
  const scope = region.matches?.('[data-module]') ? region.parentElement : region
  initAll({
    scope,
    onError (error) { if (error?.name !== STARTED_ALREADY) console.error(error) }
  })
  if (scope.querySelector('[data-module^="moj-"]')) {
    import('./vendor/moj-frontend/moj-frontend.min.js').then(moj => moj.initAll({
      scope,
      onError (error) { if (error?.name !== STARTED_ALREADY) console.error(error) }
    }))
  }
  for (const folded of below(region, 'details[data-fb-fold="narrow"]')) folded.open = !NARROW.matches
  for (const spoken of below(region, '[data-fb-say]')) say(spoken.dataset.fbSay)
  // A browser lets a page copy only over HTTPS or on the server itself: elsewhere there is no button.
  if (navigator.clipboard) for (const offer of below(region, '[data-fb-copy]')) offer.hidden = false
}

function below (region, selector) {
  const found = [...region.querySelectorAll(selector)]
  return region.matches?.(selector) ? [region, ...found] : found
}

function token () {
  return document.querySelector('meta[name="csrf-token"]')?.content
}

// A wide window shows what a narrow one folds, also when a tablet is turned.
NARROW.addEventListener('change', () => {
  for (const folded of document.querySelectorAll('details[data-fb-fold="narrow"]')) {
    // The keyboard's place must not vanish into a fold.
    if (!folded.contains(document.activeElement)) folded.open = !NARROW.matches
  }
})

document.addEventListener('htmx:configRequest', event => {
  if (event.detail.verb !== 'get') event.detail.headers['X-CSRFToken'] = token()
})

// Once for each thing swapped in, out-of-band regions too. An error summary takes the focus as it starts.
document.addEventListener('htmx:load', event => {
  if (event.detail.elt && event.detail.elt !== document.body) start(event.detail.elt)
})

const KEPT = 'What you typed is still here.'

// What went wrong, and what to do about it.
const REASONS = {
  400: ['this page has been open too long.', 'Copy what you typed, then reload the page.'],
  401: ['you have been signed out.', 'Sign in again in another tab, then try again.'],
  403: ['you do not have the right to do this.', ''],
  404: ['this is no longer here.', 'Reload the page to see what is.'],
  409: ['somebody else has changed this since you opened it.', 'Reload the page in another tab to see both.'],
  413: ['this is too large for the server.', 'Send less at once.'],
  429: ['too much was asked at once.', 'Wait a minute, then try again.']
}
const BROKEN = ['something went wrong on the server.', 'Try again.']
const UNREACHED = ['the server could not be reached.', 'Try again.']

function failed (event, [what, next]) {
  const read = event.detail.requestConfig?.verb === 'get'
  const words = read ? ['Not up to date:', what, next] : ['Not saved:', what, KEPT, next]
  const tell = read && what === UNREACHED[0] ? warnWhileAway : warn // what was not saved is not saved when it is back
  tell(words.filter(Boolean).join(' '))
}

for (const name of ['htmx:sendError', 'htmx:timeout']) {
  document.addEventListener(name, event => {
    heard(false)
    failed(event, UNREACHED)
  })
}

document.addEventListener('htmx:responseError', event => {
  failed(event, REASONS[event.detail.xhr.status] ?? BROKEN)
})

document.addEventListener('htmx:afterRequest', event => {
  if (event.detail.xhr.status && event.detail.xhr.status < 500) heard()
  if (event.detail.successful) calm()
})

// Where notes are taken a link that cannot be followed is not: the browser's own page for addresses that it cannot reach
// would stand in the place of what is kept here. Elsewhere too, once the browser knows that there is no network.
const INTERVIEWS = /^\/inspections\/[^/]+\/interviews\/[^/]/
const ONE_INTERVIEW = /^\/inspections\/([^/]+)\/interviews\/([A-Z]+-\d+)\/?$/ // static/capture-worker.js answers for it

document.addEventListener('click', event => {
  const link = event.target.closest?.('a[href]')
  if (!(link instanceof HTMLAnchorElement) || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
  const address = new URL(link.href)
  const isHere = address.pathname === location.pathname && (address.hash || ONE_INTERVIEW.test(address.pathname))
  if (link.target || address.origin !== location.origin || isHere || isThere()) return
  if (navigator.onLine && !INTERVIEWS.test(location.pathname)) return
  event.preventDefault()
  follow(link, address)
})

async function follow (link, address) {
  if (await answers() || await isKept(address).catch(() => false)) return location.assign(address)
  const name = link.textContent.trim().replace(/\s+/g, ' ')
  const goOn = document.getElementById('composer') ? ' You can go on taking notes.' : ''
  warnWhileAway(`No connection: ‘${name}’ opens once the server is back.${goOn}`)
}

/** Whether the device shows it without a network. */
async function isKept (address) {
  const one = ONE_INTERVIEW.exec(address.pathname)
  if (!one || !navigator.serviceWorker?.controller) return false
  const outbox = await import('./outbox.js')
  const key = await outbox.lastKey()
  return Boolean(key && await outbox.pageOf({ person: key.person, interview: `${one[1]}/${one[2]}` }))
}

// What is swapped away takes the keyboard's place with it: it goes to the composer, or to what says data-fb-here in the new
// part, or to its first control. What is typed next must not stand nowhere.
let left = null // id of the part in which the keyboard was

export const holdsKeyboard = part => Boolean(part?.contains(document.activeElement)) && part !== document.body

export function keepKeyboard (id) {
  if (document.activeElement && document.activeElement !== document.body) return
  const part = document.getElementById(id)
  const place = document.querySelector('[data-fb-home]') ?? part?.querySelector('[data-fb-here]') ??
    part?.querySelector('a[href], button, input:not([type="hidden"]), select, textarea, summary')
  place?.focus({ preventScroll: true })
}

document.addEventListener('htmx:beforeSwap', ({ detail }) => {
  if (detail.shouldSwap && holdsKeyboard(detail.target)) left = detail.target.id
})
document.addEventListener('htmx:afterSettle', () => {
  if (left !== null) keepKeyboard(left)
  left = null
})

document.addEventListener('click', event => {
  const closer = event.target.closest?.('[data-fb-close]')
  if (closer) {
    const closed = document.getElementById(closer.dataset.fbClose)
    if (closed?.id === 'fb-alert') calm()
    else if (closed) closed.hidden = true
    return
  }
  const copier = event.target.closest?.('[data-fb-copy] button')
  if (copier) {
    const box = document.getElementById(copier.parentElement.dataset.fbCopy)
    box.select()
    navigator.clipboard.writeText(box.value).then(
      () => { copier.textContent = 'Copied'; say('Copied') },
      () => warn('Not copied: the browser refused. Copy the selected text yourself.')
    )
    return
  }
  // A button that shows and hides what its aria-controls names.
  const toggle = event.target.closest?.('[data-fb-toggle]')
  if (toggle) {
    const shown = document.getElementById(toggle.getAttribute('aria-controls'))
    if (!shown) return
    shown.hidden = !shown.hidden
    toggle.setAttribute('aria-expanded', String(!shown.hidden))
  }
})

document.addEventListener('keydown', event => {
  // Ctrl or Cmd with Enter sends the form that asks for it; its button does the same.
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !event.isComposing) {
    const form = event.target.closest?.('form[data-fb-quick-save]')
    if (form) {
      event.preventDefault()
      form.requestSubmit()
    }
  }
})

const differs = field => field.value !== field.defaultValue || field.checked !== field.defaultChecked
/** Whether anything in `part` of the page is other than when it was opened. */
export const isChanged = part => [...part.querySelectorAll('input, textarea')].some(differs)

let sent // the form by which the page is being left: what is typed in it goes along

/** Beside the buttons of a form: a server that hangs lets the page stand still for long. */
function tellSaving (form, words) {
  let told = form.querySelector('.fb-saving')
  if (!told) {
    if (!words) return
    told = document.createElement('p')
    told.className = 'fb-saving'
    told.setAttribute('role', 'status')
    form.append(told)
  }
  told.textContent = words
}

// Back on a page that the browser kept as it was.
window.addEventListener('pageshow', event => {
  if (!event.persisted) return
  sent = undefined
  for (const told of document.querySelectorAll('.fb-saving')) told.textContent = ''
})
document.addEventListener('input', () => { sent = undefined }) // it was stopped

// A form that cannot be sent is not sent: a browser would throw the page away, and what was typed with it.
document.addEventListener('submit', async event => {
  const form = event.target
  if (event.defaultPrevented || form.method !== 'post' || form.hasAttribute('hx-post')) return
  const edited = [...document.querySelectorAll('form.fb-note__words')].find(note => note !== form && isChanged(note))
  if (edited) {
    event.preventDefault()
    edited.querySelector('textarea').focus()
    return warn('Not done: a note is open, and what you changed in it would be lost. Save it or leave it as it was first.')
  }
  const away = () => {
    tellSaving(form, '')
    warn(form.dataset.fbAway ?? 'Not saved: the server could not be reached. What you typed is still here. Try again.')
  }
  if (!navigator.onLine) {
    event.preventDefault()
    return away()
  }
  // Where notes are taken the server is heard of all the time, or is away.
  const careful = form.hasAttribute('data-fb-careful') || (document.getElementById('composer') && !isThere())
  if (!careful || form.dataset.fbReached) {
    sent = form
    return
  }
  event.preventDefault()
  if (form.querySelector('.fb-saving:not(:empty)')) return // pressed twice
  tellSaving(form, event.submitter?.dataset.fbBusy ?? 'Saving…')
  try {
    const answer = await fetch('/capture/who', { signal: AbortSignal.timeout(5000) })
    if (answer.status >= 500) return away() // what stands before the server answers for it
    form.dataset.fbReached = 'yes'
    form.requestSubmit(event.submitter)
    delete form.dataset.fbReached
  } catch {
    away()
  }
})

// A correction that is half typed is not left without a word: the browser asks. What is in the form already when it opens
// is no loss, but for words that were just refused.
window.addEventListener('beforeunload', event => {
  const left = [...document.querySelectorAll('[data-fb-ask]')].filter(part => part !== sent)
  if (left.some(part => part.dataset.fbAsk === 'changed' || isChanged(part))) event.preventDefault()
})

// What is printed is what is on the page, folded or not; distressing content stays covered.
const opened = []
window.addEventListener('beforeprint', () => {
  for (const folded of document.querySelectorAll('details:not([open]):not(.fb-cover):not(.fb-filters)')) {
    folded.open = true
    opened.push(folded)
  }
})
window.addEventListener('afterprint', () => {
  for (const folded of opened.splice(0)) folded.open = false
})

// What is raised with the lead, and the lead's answers: seen at once, whatever page is open.
const raised = document.getElementById('fb-raised')
async function lookForRaised () {
  if (document.hidden || !raised.isConnected) return // the page of somebody who has signed out is emptied
  const answer = await fetch(raised.dataset.fbMark, { headers: { 'HX-Request': 'true' }, signal: AbortSignal.timeout(LOOK_EVERY) })
  if (answer.status < 500) heard()
  if (answer.status !== 200 || answer.redirected) return
  const { body } = new DOMParser().parseFromString(await answer.text(), 'text/html')
  if (body.textContent.trim() !== raised.textContent.trim()) raised.replaceChildren(...body.childNodes)
}
if (raised) setInterval(() => lookForRaised().catch(() => {}), LOOK_EVERY)

start(document.documentElement)

// The place within a page (#open) never reaches the server; the browser keeps it on the way to the sign-in page.
const onward = document.querySelector('#main-content form > input[name="next"]')
if (onward && window.location.hash && !onward.value.includes('#')) onward.value += window.location.hash

// Notes that wait on this device go out from whatever page is open. Where none ever waited there is no store.
async function sendWaiting () {
  const stores = await indexedDB.databases()
  if (!stores.some(one => one.name === 'fieldbook')) return
  if (document.getElementById('fb-sign-out')) return import('./waiting.js')
  // The sign-in page: a sign-out that the server had to be told of is over, and must not end the sign-in that begins here.
  const outbox = await import('./outbox.js')
  await outbox.settleSignOut()
  const left = await outbox.left()
  const what = outbox.inWords(left)
  if (!what) return
  const told = document.getElementById('kept-here')
  const whose = 'once whoever typed it signs in here'
  told.textContent = `Kept on this device, sealed: ${what}. ${left.notes || left.ticks ? `What is finished is sent ${whose}.` : `It is there again ${whose}.`}`
  told.hidden = false
}
if (window.isSecureContext && 'databases' in indexedDB && document.querySelector('#fb-sign-out, form[action="/sign-in"]')) sendWaiting().catch(() => {})

// An interview that is signed off takes no more notes: what is left of it on this device would never be sent.
async function keepsOf (form) {
  const outbox = await import('./outbox.js')
  const person = document.getElementById('fb-sign-out').dataset.person
  return await outbox.isThere() ? outbox.inWords(await outbox.left(person, form.dataset.ends)) : ''
}

for (const form of document.querySelectorAll('form[data-ends]')) {
  form.addEventListener('submit', async event => {
    if (form.dataset.meant) return
    event.preventDefault()
    const what = await keepsOf(form).catch(() => '')
    const lost = `This device keeps ${what} of this interview that the server has not got, and that is sent no more once it is signed off.`
    if (what && !await ask('Sign it off all the same?', lost, 'Sign it off', 'Not yet')) return
    form.dataset.meant = 'yes'
    form.requestSubmit()
  })
}
