/** What JSON does not let stand between quotes as it is, and halves of a pair that may stand alone. */
const ESCAPED = /["\\\p{Cc}\p{Cs}]/u

/** The text as it stands inside a JSON string. Nearly every piece of a draft stands there as it is. */
export function escapeText(text: string): string {
  return ESCAPED.test(text) ? JSON.stringify(text).slice(1, -1) : text
}
