// What is half typed to be raised with the lead: kept on this device, sealed, until it is raised. Others see this screen,
// so none of it is shown before it is asked for.
import * as outbox from './outbox.js'
import { button, say } from './fieldbook.js'
import { uuid7 } from './uuid.js'

const NOTE = 'raise' // what the device calls it
const WITHIN = 500 // milliseconds until it is on the device

/** For the page of `place`. `key()` is what this sign-in seals with, null where nothing is kept. */
export function raisingFor (place, key) {
  let timer
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

  document.addEventListener('htmx:afterRequest', ({ detail: { requestConfig, xhr } }) => {
    if (requestConfig?.verb !== 'post' || !requestConfig.path.endsWith('/raise') || xhr.status !== 200) return
    clearTimeout(timer)
    timer = undefined
    if (key()) outbox.dropDraft(place, NOTE).then(offer).catch(() => {})
  })

  async function start () {
    if (!matter()) return
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

  return { start }
}
