// Signing in again on the page of an interview, in its place: what is being typed stays, and what waited goes out.
import * as outbox from './outbox.js'
import { button, calm, say } from './fieldbook.js'

const PATIENCE = 20_000

/** For the page of the composer `form`: `offer()` says that the sign-in has ended. `again(token)` is called when it is renewed. */
export function signInAgain (form, again) {
  const { person, email = '' } = form.dataset
  const box = document.getElementById('sign-in-again') ?? form.parentElement.insertBefore(document.createElement('p'), form)
  box.className = 'fb-keeping'
  box.id = 'sign-in-again'
  box.hidden = true
  box.replaceChildren('You are signed out. ', button('Sign in', open), ' here, and what is kept is sent.')

  const dialog = document.createElement('dialog')
  dialog.className = 'fb-dialog'
  dialog.setAttribute('aria-labelledby', 'again-heading')
  dialog.innerHTML = `
    <form novalidate>
      <h2 class="govuk-heading-m" id="again-heading">Sign in again</h2>
      <p class="govuk-body">What you have typed stays where it is.</p>
      <p class="govuk-error-message" id="again-error" role="alert"></p>
      <div class="govuk-form-group">
        <label class="govuk-label" for="again-email">E-mail address</label>
        <input class="govuk-input" id="again-email" name="email" type="email" autocomplete="username" spellcheck="false" inputmode="email">
      </div>
      <div class="govuk-form-group">
        <label class="govuk-label" for="again-password">Password</label>
        <input class="govuk-input" id="again-password" name="password" type="password" autocomplete="current-password">
      </div>
      <div class="govuk-button-group">
        <button class="govuk-button" type="submit">Sign in</button>
      </div>
    </form>`
  document.body.append(dialog)
  const asked = dialog.querySelector('form')
  const error = dialog.querySelector('[role="alert"]')
  dialog.querySelector('.govuk-button-group').append(button('Not now', () => dialog.close(), 'govuk-button govuk-button--secondary'))
  dialog.addEventListener('close', () => form.elements.words.focus())
  asked.addEventListener('submit', async event => {
    event.preventDefault()
    const sent = asked.querySelector('[type="submit"]')
    sent.disabled = true
    error.textContent = ''
    error.textContent = await signIn(asked.elements.email.value, asked.elements.password.value)
      .catch(() => 'The server cannot be reached. Try again.')
    sent.disabled = false
    if (error.textContent) return asked.elements.password.select()
    asked.elements.password.value = ''
    dialog.close()
  })

  function open () {
    asked.elements.email.value ||= email
    error.textContent = ''
    if (!dialog.open) dialog.showModal()
    asked.elements[asked.elements.email.value ? 'password' : 'email'].focus()
  }

  /** Through the sign-in page, with its own form token. Why it did not work, as a sentence; empty when it did. */
  async function signIn (email, password) {
    const shown = await fetch('/sign-in', { signal: AbortSignal.timeout(PATIENCE) })
    if (!shown.redirected) { // else somebody has signed in meanwhile, in another window
      const page = new DOMParser().parseFromString(await shown.text(), 'text/html')
      const answer = await fetch('/sign-in', {
        method: 'POST',
        body: new URLSearchParams({ email, password, person, csrf_token: page.querySelector('[name="csrf_token"]').value }),
        redirect: 'manual',
        signal: AbortSignal.timeout(PATIENCE)
      })
      if (answer.type !== 'opaqueredirect') return outbox.sentence(await answer.text())
    }
    const now = await outbox.who()
    if (now.person !== person) return `${now.name ?? 'Nobody'} is signed in in this browser now. Sign out in the other window, then sign in here.`
    begin(now.token)
    return ''
  }

  function begin (token) {
    box.hidden = true
    calm()
    // Form tokens of the sign-in before are refused.
    document.querySelector('meta[name="csrf-token"]').content = token
    for (const field of document.querySelectorAll('[name="csrf_token"]')) field.value = token
    say('You are signed in again.')
    again(token)
  }

  // Signed in again in another window.
  outbox.events.addEventListener('back', async () => {
    if (box.hidden) return
    const now = await outbox.who().catch(() => null)
    if (now?.person === person) begin(now.token)
  })

  /** Says that the sign-in has ended. */
  function offer () {
    if (!box.hidden) return
    box.hidden = false
    say('You are signed out. Sign in here and your notes are sent.')
  }

  // What else is sent from this page (a tick, a question): it stays as it is instead of leaving for the sign-in page.
  document.addEventListener('htmx:beforeOnLoad', event => {
    if (event.detail.xhr.status !== 401) return
    event.preventDefault()
    offer()
    open()
    error.textContent = 'You are signed out, so that was not done. Sign in, then do it again.'
  })

  return { offer }
}
