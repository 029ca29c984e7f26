/** One change of a text: `old`, which must be there exactly once, becomes `new`. */
export interface Edit {
  readonly old: string
  readonly new: string
}

/** An edit that cannot be made as it was asked for; the message says why. Nothing was changed. */
export class EditRefused extends Error {
  override readonly name = 'EditRefused'
}

/** The text with all edits made, one after the other. Throws `EditRefused` where `old` is missing or not unique. */
export function edited(text: string, edits: readonly Edit[]): string {
  return edits.reduce((now, { old, new: next }) => {
    const at = old === '' ? -1 : now.indexOf(old)
    if (at < 0) throw new EditRefused(`the old text is not in the file: «${old.slice(0, 120)}»`)
    if (now.indexOf(old, at + 1) >= 0) {
      throw new EditRefused(
        `the old text is in the file more than once: «${old.slice(0, 120)}»; give more lines around it`,
      )
    }
    return now.slice(0, at) + next + now.slice(at + old.length)
  }, text)
}
