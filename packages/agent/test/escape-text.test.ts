import fc from 'fast-check'
import { expect, test } from 'vitest'
import { escapeText } from '../src/turn/escape-text.ts'

test('a text is escaped as JSON does it, whatever characters and halves of characters are in it', () => {
  const texts = fc.array(fc.integer({ max: 0xffff, min: 0 })).map((units) => String.fromCharCode(...units))
  fc.assert(fc.property(texts, (text) => escapeText(text) === JSON.stringify(text).slice(1, -1)))
  for (const text of ['"', '\\', '\n', '\0', '\u007f', '\u2028', '👋', '\ud83d', 'a\udc4b', 'é…', '']) {
    expect(escapeText(text)).toBe(JSON.stringify(text).slice(1, -1))
  }
})
