// The topic guide beside the stream, as it changes: by one's own ticks, questions and notes, and by colleagues'.
// What the server says of it takes its place part by part, so that the keyboard, the scroll and what is unfolded stay.
const PARTS = '.fb-guide__said, .fb-prompt, .fb-guide__progress, .fb-guide__empty, .fb-guide__refusal, .fb-guide__left'
const REACHED = 'a, button, summary, input, select, textarea'

/** Another one whenever the guide that is shown has changed. */
export const stamp = () => document.getElementById('guide')?.dataset.stamp ?? ''

/** Shows the guide of an answer, if it holds one, in the place of the present one. Tells the document of it: 'fb:guide'. */
export function freshen (answer) {
  const fresh = answer.getElementById('guide')
  const guide = document.getElementById('guide')
  if (!fresh || !guide) return
  const before = [...guide.querySelectorAll(PARTS)]
  const after = [...fresh.querySelectorAll(PARTS)]
  if (before.map(part => part.id).join() !== after.map(part => part.id).join()) return renew(guide, fresh.outerHTML)
  for (const [place, part] of before.entries()) if (told(part) !== told(after[place])) take(part, after[place])
  guide.dataset.stamp = fresh.dataset.stamp
  document.dispatchEvent(new Event('fb:guide'))
}

/** What a part says, to people and to the server; each answer has form fields of its own for the rest. */
const told = part => part.textContent + [...part.querySelectorAll('[name="version"]')].map(field => field.value).join()

function take (part, fresh) {
  const held = part.contains(document.activeElement) && document.activeElement.closest('[id]').id
  unfold(fresh, unfolded(part))
  part.replaceWith(fresh)
  window.htmx.process(fresh)
  if (held) reach(document.getElementById(held) ?? fresh, { preventScroll: true })
}

/** A whole region anew: its parts are other ones, or in another order. */
function renew (region, html) {
  const panes = [region.closest('.fb-pane'), region.closest('.fb-fold')].filter(Boolean).map(pane => [pane, pane.scrollTop])
  const held = region.contains(document.activeElement) && document.activeElement.closest('[id]').id
  const open = unfolded(region)
  window.htmx.swap(region, html, { swapStyle: 'outerHTML' })
  const now = document.getElementById(region.id)
  unfold(now, open)
  for (const [pane, top] of panes) pane.scrollTop = top
  // Only where the keyboard's place went with what was swapped: elsewhere somebody is typing.
  if (held) reach(now.querySelector('[data-fb-here]') ?? document.getElementById(held) ?? now)
  document.dispatchEvent(new Event('fb:guide'))
}

function reach (place, how) {
  const fold = place.parentElement.closest('details:not([open])')
  const reached = fold?.querySelector('summary') ?? (place.matches(REACHED) ? place : place.querySelector(REACHED))
  reached?.focus(how)
}

const unfolded = region => [...region.querySelectorAll('details[open][id]')].map(fold => fold.id)

function unfold (region, ids) {
  for (const fold of region.querySelectorAll('details[id]')) if (ids.includes(fold.id)) fold.open = true
}

document.addEventListener('htmx:beforeSwap', event => {
  const { target, detail } = event
  if (!detail.shouldSwap || !['guide', 'guide-with-forms', 'raise'].includes(target.id)) return
  detail.shouldSwap = false
  if (target.id === 'guide') freshen(new DOMParser().parseFromString(detail.serverResponse, 'text/html'))
  else renew(target, detail.serverResponse)
})
