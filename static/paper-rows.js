/** The rows of the form Type in from paper in what was kept of it: { time, speaker, prompt, words }[], empty ones too. */
export function rowsIn (fields) {
  const rows = []
  for (const [name, value] of fields) {
    const [, number, part] = /^rows-(\d+)-(\w+)$/.exec(name) ?? []
    if (part) (rows[number] ??= {})[part] = value
  }
  return rows
}
