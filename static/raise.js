// What is half typed to be raised with the lead: kept on this device, sealed, until it is raised. Others see this screen,
// so none of it is shown before it is asked for. It is sent while connected only: who cannot is told to telephone.
import * as outbox from './outbox.js'
import { ask, button, calm, say, whenBack } from './fieldbook.js'
import { uuid7 } from './uuid.js'

const NOTE = 'raise' // what the device calls it
const WITHIN = 500 // milliseconds until it is on the device
const LOOK_EVERY = 5000 // milliseconds, for a server that is away

/** For the page of `place`. `key()` is what this sign-in seals with, null where nothing is kept. */
export function raisingFor (place, key) {
  let timer
  let lost = '' // why this device keeps nothing
  let looking
  const matter = () => document.querySelector('#raise textarea')

  async function keepNow () {
    clearTimeout(timer)
    timer = undefined
    const box = matter()
    if (!key() || !box) return
    if (!box.value.trim()) return outbox.dropDraft(place, NOTE)
    await outbox.keepDraft(key(), place, { matter: box.value, operation: box.form.elements.operation.value }, NOTE)
  }

  const keep = () => keepNow().catch(() => {})

  document.addEventListener('input', ({ target }) => {
    if (!key() || target !== matter()) return
    target.form.elements.operation.value = uuid7() // other content: sent under the same, it would be refused
    timer ??= setTimeout(keep, WITHIN)
  })
  document.addEventListener('visibilitychange', () => { if (document.hidden && timer) keep() })
  outbox.events.addEventListener('leaving', ({ detail }) => {
    if (timer) detail.until.push(keepNow())
    if (!key() && matter()?.value.trim()) detail.unkept++
  })

  window.addEventListener('beforeunload', event => {
    if (!key() && matter()?.value.trim()) event.preventDefault()
  })

  const isRaising = ({ detail }) => detail.requestConfig?.verb === 'post' && detail.requestConfig.path.endsWith('/raise')

  function tell (words) {
    const told = document.getElementById('raise-told')
    if (told) {
      told.hidden = !words
      told.textContent = words
    }
    return Boolean(told)
  }

  const where = () => key() ? 'What you write is kept on this device.' : 'What you write is on this page only: keep it open.'

  /** A serious risk must not wait for a network. */
  function cannotRaise () {
    calm() // what it says is said here, with what to do
    tell(`The lead has NOT been told: the server cannot be reached. Telephone them. ${where()}`)
    looking ??= setInterval(() => lookForServer().catch(() => {}), LOOK_EVERY)
  }

  async function lookForServer () {
    const answer = await fetch('/capture/who', { signal: AbortSignal.timeout(LOOK_EVERY) })
    if (!answer.ok) return
    stopLooking()
    tell('The server is back. The lead has not been told yet: raise it now.')
  }

  function stopLooking () {
    clearInterval(looking)
    looking = undefined
  }

  document.addEventListener('htmx:beforeSend', event => {
    if (!isRaising(event)) return
    stopLooking()
    tell('Raising it…')
  })
  for (const name of ['htmx:sendError', 'htmx:timeout']) {
    document.addEventListener(name, event => { if (isRaising(event)) cannotRaise() })
  }
  document.addEventListener('htmx:responseError', event => {
    if (!isRaising(event)) return
    if (event.detail.xhr.status >= 500) cannotRaise()
    else tell('The lead has NOT been told.')
  })
  // The form that comes with an answer says it again.
  document.addEventListener('htmx:load', ({ detail }) => { if (lost && detail.elt.id === 'raise') cannotKeep(lost) })

  document.addEventListener('htmx:afterRequest', event => {
    if (!isRaising(event) || event.detail.xhr.status !== 200) return
    clearTimeout(timer)
    timer = undefined
    if (key()) outbox.dropDraft(place, NOTE).then(offer).catch(() => {})
  })

  /** Said before anything is typed. */
  function cannotKeep (why) {
    lost = why
    tell(`This device keeps nothing: ${outbox.NO_KEEPING[why]}. What you write here is on this page only until it is raised.`)
  }

  async function start () {
    if (!matter()) return
    const away = document.body.classList.contains('fb-shell')
    tell(away ? 'There is no connection, so the lead cannot be told from here: telephone them. What you write is kept on this device.' : '')
    if (away) whenBack().then(() => tell('The connection is back. The lead has not been told yet: load the whole page, then raise it.'))
    if (!matter().value.trim()) await outbox.setAside(place, NOTE)
    await offer()
  }

  async function offer () {
    document.getElementById('raise-begun')?.remove()
    const [one] = await outbox.leftOf(place, NOTE)
    if (!one) return
    const begun = document.createElement('p')
    begun.className = 'fb-note__begun fb-no-print'
    begun.id = 'raise-begun'
    begun.append('What you had begun to raise is kept on this device. ', button('Take it back', () => take(one)), ' ', button('Forget it', async () => {
      if (!await ask('Forget what you had begun to raise?', wouldLose(one.fields), 'Forget it', 'Keep it')) return
      await outbox.forgetDraft(place, one.tab, NOTE)
      await offer()
      document.getElementById('raise-summary').focus()
      say('Forgotten.')
    }))
    document.querySelector('#raise details').after(begun)
  }

  /** As it was, also under its operation: what was raised after all is not raised twice. Else below what is there. */
  async function take (one) {
    const box = matter()
    const before = box.value.trim()
    box.value = [before, one.fields.get('matter')].filter(Boolean).join('\n')
    box.form.elements.operation.value = before ? uuid7() : one.fields.get('operation')
    box.closest('details').open = true
    await keepNow()
    await outbox.forgetDraft(place, one.tab, NOTE)
    await offer()
    box.focus()
  }

  return { start, cannotKeep }
}

/** What forgetting it would lose, as a sentence; others see this screen, so none of its words. */
export function wouldLose (fields) {
  const words = fields.get('matter').trim().split(/\s+/).length
  return `${words} ${words === 1 ? 'word' : 'words'} that you had begun to raise with the lead: on this device only, and nobody can bring it back. The lead has not been told.`
}
