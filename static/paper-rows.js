/** The rows of the form Type in from paper in what was kept of it: { time, speaker, prompt, words }[], empty ones too. */
export function rowsIn (fields) {
  const rows = []
  for (const [name, value] of fields) {
    const [, number, part] = /^rows-(\d+)-(\w+)$/.exec(name) ?? []
    if (part) (rows[number] ??= {})[part] = value
  }
  return rows
}

/** What forgetting it would lose, as a sentence. */
export function wouldLose (fields) {
  const rows = rowsIn(fields).filter(row => Object.values(row).some(value => value.trim()))
  const first = rows.find(row => row.words.trim())?.words.trim() ?? ''
  const words = first.length > 60 ? `${first.slice(0, 60)}…` : first
  const begins = words && `, the first of them “${words}”`
  return `${rows.length} ${rows.length === 1 ? 'row' : 'rows'} from paper${rows.length > 1 ? begins : words && `, “${words}”`}: on this device only, and nobody can bring it back.`
}
