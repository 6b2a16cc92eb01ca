// The capture page by keyboard: who speaks by a typed prefix, and a palette of what can be done, with keys that can be
// changed. Which keys, and why these: docs/decisions/003-keys.md.
import { say } from './fieldbook.js'

const LONGEST = 30 // characters of a label that is typed as a prefix
const KEPT = 'fieldbook-keys' // in localStorage: the keys that were changed, and nothing else
const MAC = /Mac|iPhone|iPad/.test(navigator.platform)
const USUAL = { list: MAC ? 'Cmd+/' : 'Ctrl+/', quote: 'F2', next: 'F8', previous: 'Shift+F8' }

const FREE = ['F2', 'Shift+F2', 'F8', 'Shift+F8', USUAL.list] // that nothing uses but Fieldbook

// What a key cannot be, most particular first: browsers, screen readers or layouts use it.
const RESERVED = [
  [/Dead|Process|Unidentified/, 'begins an accent or a word of an input method.'],
  [/^(Insert|CapsLock|NumLock|ScrollLock)$|\+(Insert|CapsLock|NumLock|ScrollLock)$/, 'belongs to screen readers.'],
  [/Alt/, 'is left alone: with Alt or Option layouts type characters (Option+3 is # on a British Mac), browsers open menus and switch tabs, and VoiceOver is worked.'],
  [/(Ctrl|Cmd)\+.*F\d+$/, 'closes windows or opens menus.'],
  [/F1$/, 'opens help.'],
  [/F3$/, 'searches the page.'],
  [/F(4|6)$/, 'goes to the address bar.'],
  [/F5$/, 'loads the page again.'],
  [/F7$/, 'switches caret browsing.'],
  [/F9$/, 'switches the reading view.'],
  [/F10$/, 'opens menus.'],
  [/F11$/, 'fills the screen.'],
  [/F12$/, 'opens the tools of the browser.'],
  [/^(Shift\+)?F\d+$/, ''], // the others are free
  [/^(Shift\+)?[^+]+$|^\+$/, 'types or moves in the note. Hold Ctrl with it, or take F2 or F8.'],
  [/\+(Enter|Tab|Escape|Space|Backspace|Delete|Home|End|Page.*|Arrow.*|ContextMenu)$/, 'moves, deletes, sends, or switches tabs or input methods.'],
  [/\+\d$/, 'switches tabs.'],
  [/\+[A-Z]$/, 'is used by browsers: nearly every letter is, with Shift too.'],
  [/\+[-+=_]$/, 'changes the size of the page.'],
  [/\+[[\]{}]$/, 'goes back and forward.'],
  [/\+[.,;:`~]$/, 'is used by systems and input methods.'],
  [/\+[A-Z][A-Za-z]+$/, 'is a key of the system.']
]

/** Whether an input method is at work: every key is its own. The number is what older Safari says instead. */
export const composing = event => event.isComposing || event.keyCode === 229

const folded = label => label.replace(/\s+/g, '').toLowerCase()
const stem = label => folded(label).replace(/\d+$/, '')
const speakers = () => [...document.getElementById('speakers').options].map(option => option.value)

// Who speaks, by a typed prefix -----------------------------------------------------------------------------------------

/**
 * The prefix of the composer `form`: `begun()` are the speakers that its first word may mean, `take(label)` sets one.
 * `unheard()` is a label that its words begin with, of somebody who has not spoken.
 */
export function prefixOf (form) {
  const words = form.elements.words
  const speaker = form.elements.speaker
  let taken = null // what Backspace brings back, until anything else is done

  function take (label) {
    const typed = words.value.slice(0, words.selectionStart)
    taken = { typed, speaker: speaker.value }
    words.setRangeText('', 0, typed.length, 'start')
    speaker.value = label
    form.dispatchEvent(new Event('input')) // the half-typed note is kept as after typing
    say(`Speaker ${label}`)
  }

  words.addEventListener('input', event => {
    if (event.inputType !== 'insertText' || composing(event)) return
    const label = /^([^:\n]+): $/.exec(words.value.slice(0, words.selectionStart))?.[1]
    if (!label?.trim() || label.length > LONGEST) return
    const meant = speakers().find(one => folded(one) === folded(label))
    if (meant) take(meant)
  })

  words.addEventListener('keydown', event => {
    if (composing(event) || ['Shift', 'Control', 'Alt', 'Meta'].includes(event.key)) return
    const before = taken
    taken = null
    if (!before || event.key !== 'Backspace' || event.ctrlKey || event.altKey || event.metaKey || words.selectionEnd) return
    event.preventDefault()
    words.setRangeText(before.typed, 0, 0, 'end')
    speaker.value = before.speaker
    form.dispatchEvent(new Event('input'))
    say(`Speaker ${before.speaker || 'nobody'}`)
  })
  for (const name of ['pointerdown', 'blur']) words.addEventListener(name, () => { taken = null })

  function begun () {
    const typed = words.value.slice(0, words.selectionStart)
    if (!/^\S{1,30}$/.test(typed)) return []
    return speakers().filter(one => one.length <= LONGEST && folded(one).startsWith(folded(typed)))
  }

  function unheard () {
    const label = /^([^:\n]{1,30}): /.exec(words.value)?.[1].trim()
    const heard = [...speakers(), speaker.value]
    if (!label || !/\d$/.test(label) || heard.some(one => folded(one) === folded(label))) return ''
    const isLike = /^\p{Lu}{2,}\s?\d+$/u.test(label) || (stem(label) && heard.some(one => stem(one) === stem(label)))
    return isLike ? label : ''
  }

  return { begun, take, unheard }
}

// Keys ------------------------------------------------------------------------------------------------------------------

/** A keydown in words, such as `Shift+F8` or `Ctrl+/`: by what the layout types, not by where the key is. */
function keyOf (event) {
  const typed = event.key === ' ' ? 'Space' : event.key.length === 1 ? event.key.toUpperCase() : event.key
  const alt = event.altKey || event.getModifierState('AltGraph')
  // Shift is part of typing / on a German keyboard; with a letter or a named key it is a key of its own.
  const shift = event.shiftKey && /^([A-Z]|..+)$/.test(typed)
  return [event.ctrlKey && 'Ctrl', alt && 'Alt', event.metaKey && 'Cmd', shift && 'Shift', typed].filter(Boolean).join('+')
}

/** Why a key cannot be taken, as a sentence, or nothing. */
function refusal (key) {
  const why = RESERVED.find(([pattern]) => pattern.test(key))?.[1]
  return why ? `${key} ${why}` : ''
}

function changedKeys () {
  try {
    return Object.fromEntries(Object.entries(JSON.parse(localStorage.getItem(KEPT)) ?? {})
      .filter(([, key]) => typeof key === 'string' && !refusal(key)))
  } catch {
    return {}
  }
}

/** The palette of the composer `form`, and its keys everywhere on the page. `choosePrompt(id)` is the page's own. */
export function keysFor (form, { choosePrompt }) {
  const { words, quote, direction, prompt } = form.elements
  const guide = document.querySelector('.fb-capture__guide')
  let changed = changedKeys()
  const keyFor = id => changed[id] ?? USUAL[id] ?? ''

  function told (sentence) {
    form.dispatchEvent(new Event('input'))
    say(sentence)
  }

  function toPrompt (step) {
    const option = prompt.options[prompt.selectedIndex + step]
    if (!option?.value) return say(`No prompt comes ${step > 0 ? 'after' : 'before'} this.`)
    choosePrompt(option.value)
    told(`Prompt ${option.textContent}`)
  }

  const actions = [
    { id: 'quote', name: 'Quotation on or off', run () { quote.checked = !quote.checked; told(quote.checked ? 'Quotation' : 'No quotation') } },
    ...(direction.hidden ? [] : [...direction.options]).map(option => ({
      id: `shows-${option.value}`,
      name: `Shows: ${option.textContent}`,
      run () { direction.value = option.value; told(`Shows: ${option.textContent}`) }
    })),
    { id: 'next', name: 'Next prompt', run: () => toPrompt(1) },
    { id: 'previous', name: 'Previous prompt', run: () => toPrompt(-1) },
    { id: 'none', name: 'No prompt', run () { choosePrompt(''); told('No prompt') } },
    {
      id: 'guide',
      name: 'Go to the guide',
      run () {
        const fold = guide.querySelector('details')
        if (fold) fold.open = true
        guide.focus()
      }
    },
    {
      id: 'raise',
      name: 'Raise with the lead now',
      run () {
        const words = document.getElementById('matter')
        if (!words) return say('That needs the page of the interview: it is not here without a network.')
        for (let fold = words.closest('details'); fold; fold = fold.parentElement.closest('details')) fold.open = true
        words.focus()
      }
    },
    { id: 'notes', name: 'Go to the notes', run: () => document.getElementById('stream').focus() },
    { id: 'composer', name: 'Back to the composer', run: () => words.focus() },
    {
      id: 'finish',
      name: 'Finish the interview',
      run () {
        const button = document.querySelector('#identity[data-state="under_way"] button:not([disabled])')
        if (button) button.click()
        else say('Only an interview that is under way can be finished here.')
      }
    },
    { id: 'list', name: 'This list of keys', run () {} }
  ]

  const dialog = document.createElement('dialog')
  dialog.className = 'fb-dialog fb-palette'
  dialog.setAttribute('aria-labelledby', 'palette-heading')
  dialog.innerHTML = `
    <h2 class="govuk-heading-m" id="palette-heading">What can be done by keyboard</h2>
    <label class="govuk-label" for="palette-filter">Find</label>
    <input class="govuk-input" id="palette-filter" role="combobox" aria-expanded="true" aria-controls="palette-list" aria-autocomplete="list" aria-describedby="palette-hint" autocomplete="off" spellcheck="false">
    <p class="govuk-hint fb-palette__hint" id="palette-hint">Arrow keys choose, Enter does it, Escape closes.</p>
    <ul class="fb-palette__list" id="palette-list" role="listbox" aria-label="Actions"></ul>
    <p class="fb-palette__said" id="palette-said" role="status"></p>
    <p class="fb-palette__buttons">
      <button class="fb-button-link" type="button" data-does="change">Change its key</button>
      <button class="fb-button-link" type="button" data-does="usual">The usual keys again</button>
      <button class="fb-button-link" type="button" data-does="close">Close</button>
    </p>`
  document.body.append(dialog)
  const filter = dialog.querySelector('input')
  const list = dialog.querySelector('ul')
  const said = dialog.querySelector('[role="status"]')
  let shown = actions
  let chosen = 0
  let asked = null // the action whose new key is awaited
  let after = null // what is done once the palette is closed

  function choose (index) {
    chosen = index
    for (const [place, item] of [...list.children].entries()) {
      item.setAttribute('aria-selected', String(place === index))
      if (place === index) item.scrollIntoView({ block: 'nearest' })
    }
    if (shown[index]) filter.setAttribute('aria-activedescendant', `palette-${shown[index].id}`)
    else filter.removeAttribute('aria-activedescendant')
  }

  function draw (index = 0) {
    const wanted = filter.value.toLowerCase().split(/\s+/)
    shown = actions.filter(action => wanted.every(word => action.name.toLowerCase().includes(word)))
    list.replaceChildren(...shown.map(action => {
      const item = document.createElement('li')
      item.className = 'fb-palette__item'
      item.id = `palette-${action.id}`
      item.setAttribute('role', 'option')
      const key = document.createElement('kbd')
      key.textContent = keyFor(action.id)
      item.append(action.name, ' ', key)
      return item
    }))
    list.hidden = !shown.length
    said.textContent = shown.length ? '' : 'Nothing is called that. Type less, or another word.'
    choose(shown.length ? index : -1)
  }

  function open () {
    filter.value = ''
    asked = after = null
    draw()
    dialog.showModal()
    filter.focus()
    choose(0)
  }

  function close (act = null) {
    after = act
    dialog.close()
  }

  /** Which keys nothing uses, and what the others are the keys of; any other that is pressed says by what it is taken. */
  function free () {
    const usedBy = key => actions.find(action => keyFor(action.id) === key)
    const left = FREE.filter(key => !usedBy(key))
    const used = FREE.filter(usedBy).map(key => `${key} (${usedBy(key).name})`)
    return [
      left.length && `Free: ${left.join(', ')}.`,
      used.length && `In use here: ${used.join(', ')}.`,
      'Most others are taken by browsers, screen readers or keyboard layouts: press one, and it is said by what.'
    ].filter(Boolean).join(' ')
  }

  function ask () {
    asked = shown[chosen]
    filter.focus()
    if (asked) said.textContent = `Press the new key for “${asked.name}”. ${free()} Escape leaves it as it is.`
  }

  function answer (key, code) {
    const other = actions.find(action => action !== asked && keyFor(action.id) === key)
    // The key of a digit, whatever the layout types with it; but / may be Shift and 7.
    const digit = /^(Digit|Numpad)\d$/.test(code) && key !== USUAL.list
    const why = key === 'Escape' ? '' : refusal(key) || (digit && `${key} switches tabs.`) || (other ? `${key} is the key of “${other.name}”.` : '')
    if (why) {
      said.textContent = `${why} Press another, or Escape.`
      return
    }
    const { id, name } = asked
    asked = null
    if (key !== 'Escape') keep({ ...changed, [id]: key })
    draw(chosen)
    said.textContent = key === 'Escape' ? `“${name}” is as it was.` : `${key} is now the key of “${name}”.`
  }

  function keep (keys) {
    changed = keys
    try {
      localStorage.setItem(KEPT, JSON.stringify(keys))
    } catch {
      // A browser that keeps nothing: they hold for as long as the page is open.
    }
  }

  filter.addEventListener('input', () => draw())
  dialog.addEventListener('keydown', event => {
    if (composing(event)) return
    const key = keyOf(event)
    if (asked) {
      if (['Shift', 'Control', 'Alt', 'Meta', 'AltGraph'].includes(event.key)) return
      event.preventDefault()
      return answer(key, event.code)
    }
    if (key === keyFor('list')) {
      event.preventDefault()
      return close()
    }
    if (event.target !== filter || !shown.length) return
    if (key === 'ArrowDown' || key === 'ArrowUp') {
      event.preventDefault()
      choose((chosen + (key === 'ArrowDown' ? 1 : -1) + shown.length) % shown.length)
    } else if (key === 'Enter') {
      event.preventDefault()
      close(shown[chosen].run)
    }
  })
  dialog.addEventListener('close', () => {
    words.focus() // the caret is where it was
    after?.()
  })
  dialog.addEventListener('click', event => {
    const item = event.target.closest('[role="option"]')
    if (item) return close(shown[[...list.children].indexOf(item)].run)
    const does = event.target.closest('[data-does]')?.dataset.does
    if (does === 'change') ask()
    else if (does === 'close') close()
    else if (does === 'usual') {
      keep({})
      draw(chosen)
      said.textContent = 'The keys are the usual ones again.'
      filter.focus()
    }
  })

  document.addEventListener('keydown', event => {
    if (composing(event) || event.defaultPrevented || !form.isConnected) return
    const key = keyOf(event)
    const action = actions.find(one => keyFor(one.id) === key)
    if (!action || document.querySelector('dialog[open]')) return // looked for last: it goes through all notes
    event.preventDefault()
    if (event.repeat) return
    if (action.id === 'list') open()
    else action.run()
  })

  const button = document.getElementById('open-keys')
  if (button) {
    button.hidden = false
    button.addEventListener('click', open)
  }
}
