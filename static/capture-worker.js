// Stands in for an interview's page while there is no network: an empty shell, and the files that it needs. No other
// page is touched, and nothing of anybody is kept here: what was typed lies sealed in the store of static/outbox.js.
const CACHE = 'fieldbook-shell-12' // another number has browsers fetch the shell anew, with what it names now
const SHELL = '/capture/shell'
const INTERVIEW = /^\/inspections\/[^/]+\/interviews\/[A-Z]+-\d+\/?$/

self.addEventListener('install', event => {
  event.waitUntil(fill().then(() => self.skipWaiting()))
})

self.addEventListener('activate', event => {
  event.waitUntil(Promise.all([
    self.clients.claim(),
    caches.keys().then(names => Promise.all(names.filter(name => name !== CACHE).map(name => caches.delete(name))))
  ]))
})

/** The shell and every file that it names, without anybody's cookies. */
async function fill () {
  const cache = await caches.open(CACHE)
  const answer = await fetch(SHELL, { credentials: 'omit', cache: 'no-cache' })
  if (!answer.ok) throw new Error(`shell: ${answer.status}`)
  const files = [...(await answer.clone().text()).matchAll(/(?:src|href)="(\/static\/[^"]+)"/g)].map(found => found[1])
  await cache.addAll([...new Set(files)].map(file => new Request(file, { credentials: 'omit', cache: 'no-cache' })))
  await cache.put(SHELL, answer)
}

self.addEventListener('fetch', event => {
  const { request } = event
  const address = new URL(request.url)
  if (request.method !== 'GET' || address.origin !== location.origin) return
  if (request.mode === 'navigate') {
    if (INTERVIEW.test(address.pathname)) event.respondWith(page(request))
  } else if (address.pathname.startsWith('/static/')) {
    event.respondWith(file(request))
  }
})

async function page (request) {
  const shell = async () => (await caches.open(CACHE)).match(SHELL)
  // To the server they are signed in still: nothing of theirs is shown before it has heard, and the shell tells it.
  const instead = await owesSignOut() && await shell()
  if (instead) return instead
  try {
    return await fetch(request)
  } catch {
    return await shell() ?? Response.error()
  }
}

/** Whether the store of static/outbox.js holds a sign-out that the server has not heard. Makes no store. */
function owesSignOut () {
  return new Promise(resolve => {
    const opened = indexedDB.open('fieldbook')
    opened.onupgradeneeded = () => opened.transaction.abort() // there is none
    opened.onerror = () => resolve(false)
    opened.onsuccess = () => {
      const found = opened.result.transaction('pages').objectStore('pages').count(['', 'sign-out'])
      found.onsuccess = () => resolve(found.result > 0)
      opened.result.close() // once that is read
    }
    setTimeout(resolve, 1000, false) // a store that does not answer holds nobody up
  })
}

/** From the network, and where there is none as it was. A newer file takes the older one's place. */
async function file (request) {
  const cache = await caches.open(CACHE)
  const kept = await cache.match(request, { ignoreSearch: true })
  if (!kept) return fetch(request)
  try {
    const answer = await fetch(request)
    if (answer.ok && answer.status === 200) await cache.put(request, answer.clone())
    return answer
  } catch {
    return kept
  }
}
