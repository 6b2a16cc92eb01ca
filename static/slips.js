// What a note says that will not be kept as it is meant: it is saved all the same, and said at once.
// The server judges alike: app/interviews/hashtags.py.
const TAG = /#([\p{L}\p{N}]+(?:\.[\p{L}\p{N}]+)*)/gu
const UNFINISHED = /#[\p{L}\p{N}.]*$/u

/** What is written like a criterion, or like a part of one, and is none of `references`. */
export function unknownTags (words, references) {
  const known = references.map(reference => reference.toLowerCase())
  if (!known.length) return [] // a device that has not seen the page cannot tell
  const near = new Set(known.flatMap(reference => [reference.split('.')[0], reference.replaceAll('.', '')]))
  return [...words.matchAll(TAG)].map(([tag, typed]) => [tag, typed.toLowerCase()])
    .filter(([, typed]) => !known.includes(typed) && (near.has(typed.split('.')[0]) || /^\p{L}.*\./u.test(typed)))
    .map(([tag]) => tag)
}

/** Whether the words name a criterion of `references`. */
export const isTagged = (words, references) =>
  [...words.matchAll(TAG)].some(([, typed]) => references.some(reference => reference.toLowerCase() === typed.toLowerCase()))

/** The words up to `place` without a tag that is just being typed there, and what comes after them. */
export const finished = (words, place) => words.slice(0, place).replace(UNFINISHED, '') + words.slice(place)
