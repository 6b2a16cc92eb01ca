// What this device keeps until the server has it: finished notes in one ordered queue, half-typed ones, and the page of
// each interview as it last was. All of it is sealed to the public key of a sign-in; only the same person's sign-in, to
// which the server gives the private key, can read it. How and why: docs/decisions/002-the-outbox.md.
import { openDB } from './vendor/idb/index.js'
import { uuid7 } from './uuid.js'

const NAME = 'fieldbook'
const FORM = 1 // of an entry; a later version of Fieldbook reads every earlier form
const PATIENCE = 20_000 // milliseconds for one answer
const RETRY = [1000, 2000, 5000, 10_000]
const KEPT_FOR = 14 * 3_600_000 // milliseconds that a private key stays on the device: as long as a sign-in
const IDLE_FOR = 2 * 3_600_000 // and without anything being kept: as a sign-in too
const TOUCHED = 60_000
const WRITTEN_WITHIN = 5000 // that signing out waits for what is typed to be on the device
const TELL_AGAIN = 3000 // the server of a sign-out that it has not heard
const BACK_FOR = 30 * 86_400_000 // that a discarded note can be brought back
const ORDINARY = ['', 'ordinary window']
const OWED = ['', 'sign-out']
const CURVE = { name: 'ECDH', namedCurve: 'P-256' }
const FORMS = ['paper', 'raise'] // whole forms that are kept like half-typed notes, in the place of a note's name
const STRICT = { durability: 'strict' } // a write is done when it is on the disk

/**
 * Tells of 'change' (what waits), 'answer' ({ entry, response text }), 'refused', 'away', 'back', 'nobody'. Before somebody
 * signs out on this device 'leaving', for which see below, and then 'gone': from then on this page keeps and sends nothing.
 */
export const events = new EventTarget()
const others = 'BroadcastChannel' in window ? new BroadcastChannel('fieldbook-outbox') : null
others?.addEventListener('message', event => event.data.name === 'gone' ? goAlong() : tell(event.data.name, event.data.detail, false))
let gone = false

function tell (name, detail = {}, everywhere = true) {
  if (!gone) events.dispatchEvent(new CustomEvent(name, { detail }))
  if (everywhere) others?.postMessage({ name, detail })
}

// The store ---------------------------------------------------------------------------------------------------------

let opening

export function store () {
  opening ??= openDB(NAME, 1, {
    upgrade (db) {
      const outbox = db.createObjectStore('outbox', { keyPath: 'seq', autoIncrement: true })
      outbox.createIndex('person', 'person')
      db.createObjectStore('drafts', { keyPath: ['person', 'interview', 'tab'] })
      db.createObjectStore('pages', { keyPath: ['person', 'interview'] })
      db.createObjectStore('keys', { keyPath: 'id' }).createIndex('person', 'person')
    },
    // Another tab has a newer Fieldbook: it must not wait for this one.
    blocking (_current, _blocked, event) { event.target.close(); opening = undefined }
  }).catch(error => { opening = undefined; throw error })
  return opening
}

/** Whether a store was made on this device: asked without making one. */
export async function isThere () {
  if (!('indexedDB' in window) || !window.isSecureContext) return false
  const all = await indexedDB.databases?.().catch(() => null)
  return all ? all.some(one => one.name === NAME) : true
}

/** What a device that keeps nothing is told of it, by what trouble() says; 'unasked' where the server gave no key. */
export const NO_KEEPING = {
  http: 'the page came over plain http',
  refused: 'the browser refuses',
  full: 'its storage is full',
  unasked: 'the server did not answer when the page opened'
}

/** Why notes cannot be kept on this device: 'http', 'refused' or 'full'; empty when they can. Writes a trial entry. */
export async function trouble () {
  if (!window.isSecureContext || !crypto.subtle || !navigator.locks) return 'http'
  if (!('indexedDB' in window)) return 'refused'
  try {
    const db = await store()
    const trial = { person: '', interview: 'trial', tab: '', data: crypto.getRandomValues(new Uint8Array(20_000)) }
    const transaction = db.transaction('drafts', 'readwrite', STRICT)
    transaction.store.put(trial)
    transaction.store.delete(['', 'trial', ''])
    await transaction.done
    return ''
  } catch (error) {
    return error?.name === 'QuotaExceededError' ? 'full' : 'refused'
  }
}

/**
 * Whether somebody has said that this is an ordinary window. Browsers do not tell a page that it is in a private one,
 * but such a window forgets the answer too: so whoever takes notes in one is asked each time, before typing.
 */
export async function isOrdinary () {
  return Boolean(await (await store()).get('pages', ORDINARY))
}

export async function sayOrdinary () {
  await (await store()).put('pages', { person: '', interview: 'ordinary window' })
}

// Keys --------------------------------------------------------------------------------------------------------------

const bytes = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0))
const utf8 = text => new TextEncoder().encode(text)

/** Who is signed in, by the server: { person, name, token }, person null for nobody. Throws when it is away. */
export async function who () {
  const answer = await fetch('/capture/who', { signal: AbortSignal.timeout(PATIENCE) })
  if (!answer.ok) throw new Error(`who: ${answer.status}`)
  return answer.json()
}

/**
 * The key that this sign-in seals with, after asking the server where the device has none of it yet.
 * `person` is signed in now; private keys of anybody else are taken off the device.
 */
export async function takeKeys (person, token) {
  if ((await owed())?.of === person) throw new Error('signed out, which the server has not heard')
  const db = await store()
  await forgetKeys(other => other.person !== person || isOver(other))
  const mine = await db.getAllFromIndex('keys', 'person', person)
  const sealedWith = new Set((await sealed(person)).map(entry => entry.key))
  const unread = [...sealedWith].filter(id => !mine.some(key => key.id === id && key.private))
  const present = mine.find(key => key.present && key.private)
  if (present && !unread.length) return present
  const answer = await fetch('/capture/keys', {
    method: 'POST',
    headers: { 'X-CSRFToken': token },
    body: new URLSearchParams(unread.map(id => ['key', id])),
    signal: AbortSignal.timeout(PATIENCE)
  })
  if (!answer.ok) throw new Error(`keys: ${answer.status}`)
  const given = await answer.json()
  if (given.person !== person) throw new Error('somebody else signed in meanwhile')
  const until = Date.now() + KEPT_FOR
  const found = []
  for (const [id, text] of Object.entries(given.private)) {
    // Not extractable: no script can read the key itself.
    const key = await crypto.subtle.importKey('pkcs8', bytes(text), CURVE, false, ['deriveKey'])
    const before = mine.find(one => one.id === id)
    const own = id === given.key
    found.push({ id, person, name: given.name, until, touched: Date.now(), private: key, present: own, public: own ? given.public : before?.public ?? '' })
  }
  const transaction = db.transaction(['keys', 'pages'], 'readwrite', STRICT)
  if (await transaction.objectStore('pages').get(OWED)) throw new Error('signed out meanwhile')
  const keys = transaction.objectStore('keys')
  for (const key of await keys.index('person').getAll(person)) {
    if (key.present) keys.put({ ...key, present: false })
  }
  for (const key of found) keys.put(key)
  await transaction.done
  return found.find(key => key.present)
}

/** The key to seal with on the page of `person`: the server is asked only where this device has none. */
export async function keyOf (person, token) {
  try {
    return await takeKeys(person, token)
  } catch (error) {
    const last = await lastKey()
    if (last?.person === person) return last
    throw error
  }
}

/** Without a network: the newest key that somebody sealed with on this device, with or without its private half. */
export async function lastKey () {
  await forgetKeys(isOver)
  const keys = (await (await store()).getAll('keys')).filter(key => key.present)
  return keys.sort((one, other) => other.until - one.until)[0]
}

/**
 * Asks this page, before somebody signs out, to put on the device what is typed. Whoever hears 'leaving' adds to it what
 * has to be waited for (`until`), how much lives in the page only (`unkept`), and that it shows what is kept (`keeps`).
 */
export async function leaving () {
  const asked = { until: [], unkept: 0, keeps: false }
  events.dispatchEvent(new CustomEvent('leaving', { detail: asked }))
  await Promise.race([Promise.allSettled(asked.until), new Promise(resolve => setTimeout(resolve, WRITTEN_WITHIN))])
  return asked
}

/** Somebody signed out in another window: what this page shows goes too, but for what would be lost by it. */
async function goAlong () {
  const { keeps, unkept } = await leaving()
  if (keeps && !unkept) end()
}

function end () {
  gone = true
  me = null
  events.dispatchEvent(new Event('gone'))
}

/** `person` signs out: this device neither reads nor takes notes until somebody signs in. The server is told next. */
export async function forgetPerson (person) {
  const db = await store()
  const transaction = db.transaction(['keys', 'pages'], 'readwrite', STRICT)
  transaction.objectStore('pages').put({ person: '', interview: 'sign-out', of: person })
  const keys = transaction.objectStore('keys')
  for (const key of await keys.getAll()) keys.put({ ...key, private: null, present: false })
  await transaction.done
  end()
  others?.postMessage({ name: 'gone' })
}

/** Whether somebody has signed out here of whom the server has not heard it yet. */
export async function owesSignOut () {
  return Boolean(await owed())
}

async function owed () {
  return (await store()).get('pages', OWED)
}

/**
 * Tells the server of a sign-out, from one tab at a time: 'owed' while it does not answer, 'told' once it has heard,
 * empty where there is nothing to tell. Where nothing of anybody is left here, it has the browser clear what was stored.
 */
export async function settleSignOut () {
  if (!await owed()) return ''
  return navigator.locks.request('fieldbook-sign-out', async () => {
    const left = await owed().catch(() => null) // another tab told it, and the browser has cleared the store
    if (!left) return 'told'
    try {
      const now = await who()
      if (now.person === left.of && !await postSignOut(now.token)) return 'owed'
    } catch {
      return 'owed'
    }
    await store().then(db => db.delete('pages', OWED)).catch(() => {}) // cleared, with everything else
    me = null
    return 'told'
  })
}

async function postSignOut (token) {
  const answer = await fetch('/sign-out', {
    method: 'POST',
    body: new URLSearchParams(await isEmpty() ? { clear: 'y' } : {}),
    headers: { 'X-CSRFToken': token },
    redirect: 'manual',
    signal: AbortSignal.timeout(PATIENCE)
  })
  return answer.type === 'opaqueredirect'
}

/** Tells it again and again until the server is back, then opens this address anew: it asks for a sign-in, and leads back. */
export async function tellSignOut () {
  while (await settleSignOut().catch(() => 'told') === 'owed') {
    await new Promise(resolve => {
      setTimeout(resolve, TELL_AGAIN)
      window.addEventListener('online', resolve, { once: true })
    })
  }
  if (location.hash) location.reload() // an address that differs in its place only is not loaded anew
  else location.assign(location.pathname + location.search)
}

/** Whether somebody took notes on this device, whoever it was, and has signed out since. */
export async function hasSignedOut () {
  return Boolean(await (await store()).count('keys'))
}

/** Takes the private halves of the keys that `which` says off this device; what they sealed stays, unreadable here. */
export async function forgetKeys (which = () => true) {
  const db = await store()
  const transaction = db.transaction('keys', 'readwrite', STRICT)
  for (const key of await transaction.store.getAll()) {
    if (key.private && which(key)) transaction.store.put({ ...key, private: null })
  }
  await transaction.done
}

const isOver = key => Date.now() > key.until || Date.now() > key.touched + IDLE_FOR

/** Something was kept: the private half stays. */
async function touch (key) {
  if (Date.now() < key.touched + TOUCHED) return
  key.touched = Date.now()
  const transaction = (await store()).transaction('keys', 'readwrite')
  const mine = await transaction.store.index('person').getAll(key.person)
  for (const one of mine) if (one.private && !isOver(one)) transaction.store.put({ ...one, touched: key.touched })
  await transaction.done
}

/** What has to be read again one day. A page is not: it is kept anew when it is opened. */
async function sealed (person) {
  const db = await store()
  const drafts = (await db.getAll('drafts')).filter(one => one.person === person)
  return [...await db.getAllFromIndex('outbox', 'person', person), ...drafts]
}

/** `text` so that only `key`'s private half opens it. `about` is bound to it: changed, it does not open. */
async function seal (key, about, text) {
  if (gone) throw new Error('signed out on this device')
  const receiver = await crypto.subtle.importKey('raw', bytes(key.public), CURVE, false, [])
  const pair = await crypto.subtle.generateKey(CURVE, false, ['deriveKey'])
  const secret = await derive(receiver, pair.privateKey, 'encrypt')
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const data = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: utf8(about) }, secret, utf8(text))
  return { key: key.id, point: await crypto.subtle.exportKey('raw', pair.publicKey), iv, data }
}

/** The text that was sealed; null when this device has not the key for it, or it was changed. */
async function unseal (kept, about) {
  const key = await (await store()).get('keys', kept.key)
  if (!key?.private || isOver(key)) return null
  try {
    const point = await crypto.subtle.importKey('raw', kept.point, CURVE, false, [])
    const secret = await derive(point, key.private, 'decrypt')
    const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: kept.iv, additionalData: utf8(about) }, secret, kept.data)
    return new TextDecoder().decode(plain)
  } catch {
    return null
  }
}

const derive = (point, privateKey, use) =>
  crypto.subtle.deriveKey({ name: 'ECDH', public: point }, privateKey, { name: 'AES-GCM', length: 256 }, false, [use])

const aboutEntry = entry => `${FORM} ${entry.person} ${entry.interview} ${entry.operation}`
const aboutPlace = (what, place) => `${FORM} ${what} ${place.person} ${place.interview}`

// Keeping -----------------------------------------------------------------------------------------------------------

/**
 * Puts a change at the end of the queue: a 'note' that is finished, which takes the half-typed one away with it, a
 * 'reword' of one, or a 'tick' of a part of the topic guide, whose name is then `note`. `place` is
 * { person, interview: 'stalking-2026/INT-007' }, `fields` what the form sends. Resolved: it is on the disk.
 */
export async function keep (key, place, kind, note, fields, operation = kind === 'note' ? note : uuid7()) {
  await named
  const entry = { form: FORM, ...place, kind, note, operation, made: Date.now(), state: 'waiting', why: '' }
  Object.assign(entry, await seal(key, aboutEntry(entry), new URLSearchParams(fields).toString()))
  const db = await store()
  const transaction = db.transaction(['outbox', 'drafts'], 'readwrite', STRICT)
  const seq = await transaction.objectStore('outbox').add(entry)
  if (kind === 'note') transaction.objectStore('drafts').delete(ownDraft(place))
  await transaction.done
  touch(key)
  tell('change')
  return { ...entry, seq }
}

/**
 * A half-typed note is of one tab: what another one holds, and what cannot be read here now, is never written over.
 * The tab is known again after a reload, and holds a lock while it lives.
 */
let tab
const lockOf = id => `fieldbook-tab-${id}`
const draftOf = (place, whose, note) => [place.person, place.interview, note ? `${whose}/${note}` : whose]
const ownDraft = (place, note) => draftOf(place, tab, note)
const named = nameTab()

async function nameTab () {
  if (!navigator.locks) return // plain http: nothing is kept
  const before = sessionStorage.getItem('fieldbook-tab')
  // A tab that was duplicated has the name of the other, which holds the lock: it needs one of its own. So does one
  // whose half-typed note cannot be read here now: it must not be written over.
  tab = before && !await hasUnread(before) && await holds(before) ? before : uuid7()
  if (tab !== before) await holds(tab)
  sessionStorage.setItem('fieldbook-tab', tab)
}

async function hasUnread (id) {
  const drafts = await store().then(db => db.getAll('drafts')).catch(() => [])
  const texts = drafts.filter(one => one.tab.split('/')[0] === id).map(one => unseal(one, aboutPlace('draft', one)))
  return (await Promise.all(texts)).includes(null)
}

function holds (id) {
  return new Promise(resolve => {
    navigator.locks.request(lockOf(id), { ifAvailable: true }, lock => {
      resolve(Boolean(lock))
      return lock && new Promise(() => {}) // as long as the page lives
    })
  })
}

/** Keeps what is half typed in this tab: a note, or other words for `note`. */
export async function keepDraft (key, place, fields, note) {
  await named
  const kept = { form: FORM, ...place, tab: ownDraft(place, note)[2], at: Date.now() }
  Object.assign(kept, await seal(key, aboutPlace('draft', place), new URLSearchParams(fields).toString()))
  const transaction = (await store()).transaction('drafts', 'readwrite', STRICT)
  transaction.store.put(kept)
  await transaction.done
  touch(key)
}

export async function dropDraft (place, note) {
  await named
  await forgetDraft(place, tab, note)
}

export async function forgetDraft (place, whose, note) {
  await (await store()).delete('drafts', draftOf(place, whose, note))
}

/** The half-typed notes of this person and interview that can be read here, this tab's first: { fields, tab, at }. */
export async function draftsOf (place) {
  return (await halfTyped(place)).filter(draft => !draft.note)
}

/** The half-typed other words for notes, the newest of each: { fields, tab, note, at }. */
export async function correctionsOf (place) {
  const found = (await halfTyped(place)).filter(draft => draft.note && !FORMS.includes(draft.note))
  return found.filter((one, at) => found.findIndex(other => other.note === one.note) === at)
}

/** What was typed into an earlier opening of the form `name` of FORMS and not saved, the newest first. */
export async function leftOf (place, name) {
  return (await halfTyped(place)).filter(draft => draft.note === name && draft.tab !== tab)
}

/** What this tab holds of the form `name` is written over by it no more: it is found again like a closed tab's. */
export async function setAside (place, name) {
  await named
  const transaction = (await store()).transaction('drafts', 'readwrite', STRICT)
  const kept = await transaction.store.get(ownDraft(place, name))
  if (kept) {
    transaction.store.put({ ...kept, tab: draftOf(place, uuid7(), name)[2] })
    transaction.store.delete(ownDraft(place, name))
  }
  await transaction.done
}

/** The form `name` was saved, under `operation`. */
export async function isSaved (place, name, operation) {
  for (const one of await halfTyped(place)) {
    if (one.note === name && one.fields.get('operation') === operation) await forgetDraft(place, one.tab, name)
  }
}

async function halfTyped (place) {
  const found = (await halfTypedBy(place.person)).filter(one => one.interview === place.interview)
  return found.filter(one => one.fields && !one.typing)
}

/**
 * All that is half typed by this person on this device, this tab's first: { interview, fields, tab, note, at, typing },
 * fields null where they cannot be read here now. `typing`: another tab that is open holds it.
 */
export async function halfTypedBy (person) {
  await named
  const { held = [] } = await navigator.locks.query()
  const alive = new Set(held.map(lock => lock.name))
  const found = []
  for (const kept of await (await store()).getAll('drafts')) {
    if (kept.person !== person) continue
    const [whose, note] = kept.tab.split('/')
    const text = await unseal(kept, aboutPlace('draft', kept))
    const fields = text == null ? null : new URLSearchParams(text)
    found.push({ interview: kept.interview, fields, tab: whose, note, at: kept.at, typing: whose !== tab && alive.has(lockOf(whose)) })
  }
  return found.sort((one, other) => (other.tab === tab) - (one.tab === tab) || other.at - one.at)
}

/** Makes what was half typed in a tab that is gone this tab's own. */
export async function adoptDraft (key, place, draft) {
  await keepDraft(key, place, draft.fields, draft.note)
  if (draft.tab !== tab) await forgetDraft(place, draft.tab, draft.note)
}

/** The page of an interview as it was `at` a moment, for when it is opened without a network; an older one is passed over. */
export async function keepPage (key, place, html, at) {
  const kept = { form: FORM, ...place, at }
  Object.assign(kept, await seal(key, aboutPlace('page', place), html))
  const transaction = (await store()).transaction('pages', 'readwrite')
  const before = await transaction.store.get([place.person, place.interview])
  const isOlder = before && before.at > at && before.at <= Date.now() // another tab's; not of a clock that was put right
  if (!isOlder) transaction.store.put(kept)
  await transaction.done
}

/** What a page is kept without: what is only of this moment. */
export function withoutTokens (main) {
  for (const field of main.querySelectorAll('[name="csrf_token"], [name="operation"]')) field.setAttribute('value', '')
  return main
}

const shownHere = new Set()

/** The page of `interview` is open with the server's own lines, and is kept by its own script. */
export function keepsItself (interview) {
  shownHere.add(interview)
}

const renewing = new Map() // interviews whose page is fetched: true where it has to be once more

/**
 * What was sent is in the outbox no more. Where no page of the interview keeps it (a shell, or any other page), the page
 * is fetched and kept, so that it is there when the interview is opened without the server once more.
 */
async function renewPage (place, tries = 0) {
  if (shownHere.has(place.interview) || gone) return
  if (renewing.has(place.interview)) return renewing.set(place.interview, true)
  renewing.set(place.interview, false)
  const done = await fetchPage(place).catch(() => false)
  const again = renewing.get(place.interview)
  renewing.delete(place.interview)
  if (!done) setTimeout(renewPage, RETRY[Math.min(tries, RETRY.length - 1)], place, tries + 1)
  else if (again) return renewPage(place)
}

/** False when it should be tried again later. */
async function fetchPage (place) {
  const [code, reference] = place.interview.split('/')
  const at = Date.now()
  const answer = await fetch(`/inspections/${code}/interviews/${reference}`, { signal: AbortSignal.timeout(PATIENCE) })
  if (answer.status >= 500) return false
  const main = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('main-content')
  const form = main?.querySelector('#composer')
  const key = await lastKey()
  // Signed out meanwhile, or somebody else signed in, or no notes are taken any more.
  if (!answer.ok || form?.dataset.person !== place.person || form.dataset.interview !== place.interview) return true
  if (key?.person === place.person) await keepPage(key, place, withoutTokens(main).innerHTML, at)
  return true
}

export async function pageOf (place) {
  const kept = await (await store()).get('pages', [place.person, place.interview])
  const html = kept && await unseal(kept, aboutPlace('page', place))
  return html == null ? null : { html, at: kept.at }
}

/** What waits of this person, the oldest first, each with its fields, or null where they cannot be read here. */
export async function waiting (person, interview) {
  const entries = await (await store()).getAllFromIndex('outbox', 'person', person)
  const mine = interview ? entries.filter(entry => entry.interview === interview) : entries
  return Promise.all(mine.map(async entry => {
    const text = await unseal(entry, aboutEntry(entry))
    return { ...entry, fields: text == null ? null : new URLSearchParams(text) }
  }))
}

/** How many notes wait, of whom and since when: { person, since }[], one for each. */
export async function count () {
  const entries = (await (await store()).getAll('outbox')).filter(isWaiting)
  return oncePerThing(entries).map(entry => ({ person: entry.person, since: entry.made }))
}

const isWaiting = entry => entry.state !== 'discarded'

/** A note that waits with other words for it, or a tick that was changed, is one thing to whoever made it: its first entry. */
function oncePerThing (entries) {
  const name = entry => [entry.person, entry.interview, entry.kind === 'tick', entry.note].join(' ')
  const seen = new Map(entries.toReversed().map(entry => [name(entry), entry]))
  return entries.filter(entry => seen.get(name(entry)) === entry)
}

/** How much of this person, or of anybody, and of one interview, or of all, the server has not got: { notes, ticks, drafts }. */
export async function left (person, interview) {
  const db = await store()
  const isMeant = (whose, of) => (!person || whose === person) && (!interview || of === interview)
  const drafts = (await db.getAllKeys('drafts')).filter(([whose, of]) => isMeant(whose, of))
  const entries = oncePerThing((await db.getAll('outbox')).filter(entry => isMeant(entry.person, entry.interview) && isWaiting(entry)))
  const ticks = entries.filter(entry => entry.kind === 'tick').length
  return { notes: entries.length - ticks, ticks, drafts: drafts.length }
}

/** What left() found, in words; empty where there is nothing. */
export function inWords ({ notes, ticks, drafts }) {
  return [
    notes && `${notes} ${notes === 1 ? 'note' : 'notes'}`,
    ticks && `${ticks} ${ticks === 1 ? 'tick' : 'ticks'} of the topic guide`,
    drafts && `${drafts} half-typed ${drafts === 1 ? 'text' : 'texts'}` // a note, other words for one, a paper form, a matter
  ].filter(Boolean).join(' and ')
}

/** Whether nothing of anybody (but perhaps `person`) is left here that the server has not got, half-typed notes too. */
export async function isEmpty (person) {
  const db = await store()
  const whose = [...(await db.getAll('outbox')).map(entry => entry.person), ...(await db.getAllKeys('drafts')).map(([who]) => who)]
  return whose.every(who => who === person)
}

/** Puts a note aside that is not to be sent. It can be brought back for 30 days. */
export async function discard (seq) {
  await change(seq, entry => ({ ...entry, state: 'discarded', discarded: Date.now() }))
}

async function change (seq, how) {
  const transaction = (await store()).transaction('outbox', 'readwrite', STRICT)
  const entry = await transaction.store.get(seq)
  if (entry) transaction.store.put(how(entry))
  await transaction.done
  tell('change')
}

/** Gives a refused or discarded note another try, perhaps in other words, under an operation of its own. */
export async function tryAgain (key, entry, fields) {
  const again = { ...entry, operation: uuid7(), state: 'waiting', why: '', discarded: undefined }
  if (again.kind === 'note') again.note = again.operation
  delete again.fields
  Object.assign(again, await seal(key, aboutEntry(again), new URLSearchParams(fields).toString()))
  const transaction = (await store()).transaction('outbox', 'readwrite', STRICT)
  transaction.store.put(again)
  await transaction.done
  tell('change')
  return again
}

export async function drop (seq) {
  const transaction = (await store()).transaction('outbox', 'readwrite', STRICT)
  transaction.store.delete(seq)
  await transaction.done
  tell('change')
}

// Sending -----------------------------------------------------------------------------------------------------------

let me = null // who is signed in, as far as this tab knows
let underWay = null
let more = false
let tries = 0
let timer

/** Sends what waits, the oldest first, one after the other, by one tab at a time; tries again by itself. */
export function flush () {
  if (gone) return Promise.resolve()
  if (underWay) {
    more = true
    return underWay
  }
  clearTimeout(timer)
  underWay = navigator.locks.request('fieldbook-outbox', sendAll).then(
    done => { if (!done) later() },
    () => later()
  ).finally(() => {
    underWay = null
    if (more) {
      more = false
      return flush()
    }
  })
  return underWay
}

function later () {
  timer = setTimeout(flush, RETRY[Math.min(tries++, RETRY.length - 1)])
}

/** False when it should be tried again later. */
async function sendAll () {
  const db = await store()
  const sign = await settleSignOut()
  if (sign === 'told') tell('nobody')
  if (sign === 'owed') return false
  await forgetDiscarded(db)
  if (!(await db.count('outbox'))) return true
  // Asked once. Whoever signs in meanwhile has another form token, so what is sent with this one is refused: then anew.
  try {
    me ??= await who()
  } catch {
    tell('away')
    return false
  }
  if (!me.person) {
    me = null
    tell('nobody')
    return false
  }
  if ((await db.getAllFromIndex('outbox', 'person', me.person)).some(entry => entry.state === 'waiting')) {
    await takeKeys(me.person, me.token).catch(() => null)
  }
  for (const entry of await waiting(me.person)) {
    if (entry.state !== 'waiting' || !entry.fields) continue
    let answer = await post(entry, me.token)
    if (answer?.status === 400 && await isSomebodyElse()) return false
    if (answer?.status === 400) answer = await post(entry, me.token)
    // Of a change that came too late the server has stored both, and its answer shows them: nothing waits any more.
    if (answer?.status === 200 || (entry.kind !== 'note' && answer?.status === 409)) {
      const text = await answer.text()
      await drop(entry.seq)
      tries = 0
      tell('answer', { seq: entry.seq, kind: entry.kind, note: entry.note, interview: entry.interview, text })
      renewPage({ person: entry.person, interview: entry.interview })
    } else if (answer?.status === 401) {
      me = null
      tell('nobody')
      return false
    } else if (answer && refuses(answer)) {
      await park(entry, sentence(await answer.text()))
    } else {
      tell('away')
      return false
    }
  }
  tell('back')
  return true
}

async function forgetDiscarded (db) {
  for (const entry of await db.getAll('outbox')) {
    if (entry.state === 'discarded' && Date.now() > entry.discarded + BACK_FOR) await drop(entry.seq)
  }
}

/** A form token that is refused: asks who is signed in now, and says whether it is no longer the same person. */
async function isSomebodyElse () {
  const before = me.person
  me = await who().catch(() => null)
  if (me?.person === before) return false
  if (me && !me.person) tell('nobody')
  me = null
  return true
}

/** Sends one, straight from a page: { status, text, refused, why }; status 0 when there is no answer. */
export async function send (interview, kind, note, operation, fields, person) {
  if (gone) return { status: 401 }
  try {
    const me = await who()
    if (!me.person) return { status: 401 }
    if (me.person !== person) return { status: 403, refused: true, why: 'somebody else has signed in. Copy the note, and sign in as yourself' }
    const answer = await post({ interview, kind, note, operation, fields }, me.token)
    if (!answer) return { status: 0 }
    const text = await answer.text()
    return { status: answer.status, text, refused: refuses(answer), why: sentence(text) }
  } catch {
    return { status: 0 }
  }
}

const refuses = answer => answer.status >= 400 && answer.status < 500 && ![401, 408, 429].includes(answer.status)

const PATHS = { note: () => 'notes', reword: note => `notes/${note}`, tick: part => `guide/${part}` }

async function post (entry, token) {
  const [code, reference] = entry.interview.split('/')
  const address = `/inspections/${code}/interviews/${reference}`
  const body = new URLSearchParams(entry.fields)
  body.set('operation', entry.operation)
  try {
    return await fetch(`${address}/${PATHS[entry.kind](entry.note)}`, {
      method: 'POST',
      body,
      headers: { 'X-CSRFToken': token, 'HX-Request': 'true', 'HX-Current-URL': address },
      signal: AbortSignal.timeout(PATIENCE)
    })
  } catch {
    return null
  }
}

/** What the server says against it. */
export function sentence (html) {
  const page = new DOMParser().parseFromString(html, 'text/html')
  const said = page.querySelector('.govuk-error-summary__body') ?? page.querySelector('[role="alert"]') ?? page.body
  return said.textContent.trim().replace(/\s+/g, ' ') || 'the server refused it. Copy the note and load the page again'
}

/** A note that the server refuses stays here, with the server's sentence, until somebody mends or discards it. */
async function park (entry, why) {
  const { fields, ...kept } = entry
  const transaction = (await store()).transaction('outbox', 'readwrite', STRICT)
  transaction.store.put({ ...kept, state: 'refused', why })
  await transaction.done
  tell('change')
  tell('refused', { seq: entry.seq, interview: entry.interview, why })
}

window.addEventListener('online', () => { tries = 0; flush() })
