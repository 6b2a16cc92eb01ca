// Selecting words of a page: the selection goes into the form that tags it, as code points of the page's text.

const points = text => [...text].length

function textOf () {
  return document.getElementById('page-text')
}

/** How many code points of the text stand before a place in it. */
function offset (node, at) {
  const range = document.createRange()
  range.setStart(textOf(), 0)
  range.setEnd(node, at)
  return points(range.toString())
}

document.addEventListener('selectionchange', () => {
  const selection = document.getSelection()
  const text = textOf()
  const form = document.getElementById('tag-passage')
  if (!text || !form || !selection.rangeCount || selection.isCollapsed) return
  const range = selection.getRangeAt(0)
  if (!text.contains(range.startContainer) || !text.contains(range.endContainer)) return
  const words = range.toString()
  if (!words.trim()) return
  form.elements.start.value = offset(range.startContainer, range.startOffset)
  form.elements.end.value = offset(range.endContainer, range.endOffset)
  form.elements.words.value = words
})

// Words changed by hand are looked for on the page; what was selected before says nothing of them.
document.addEventListener('input', event => {
  const form = event.target.closest?.('#tag-passage')
  if (form && event.target.name === 'words') form.elements.start.value = form.elements.end.value = ''
})
