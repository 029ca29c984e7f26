import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { COMMANDS, EVENTS, FRAMES } from '@longwire/protocol/schemas'
import { expect, test } from 'vitest'
import { protocolSchema } from '../../../scripts/reference/protocol-schema.ts'
import { referenceFiles } from '../../../scripts/reference/reference-files.ts'

const ROOT = join(import.meta.dirname, '../../..')

test.each(Object.entries(referenceFiles()))('%s is what the schemas say (else: npm run docs)', (path, text) => {
  expect(readFileSync(join(ROOT, path), 'utf8')).toBe(text)
})

test('the JSON Schema has a definition for every command, frame and event, and every reference in it leads somewhere', () => {
  const { $defs } = protocolSchema()
  const wanted = [
    ...Object.keys(COMMANDS).map((type) => `command.${type}`),
    ...Object.keys(FRAMES).map((type) => `frame.${type}`),
    ...Object.keys(EVENTS).map((type) => `event.${type}`),
  ]
  expect(wanted.filter((name) => $defs[name]?.type !== 'object')).toEqual([])
  expect($defs.event?.oneOf).toHaveLength(Object.keys(EVENTS).length)
  const references = JSON.stringify($defs).matchAll(/"\$ref":"#\/\$defs\/([^"]+)"/g)
  expect([...references].map(([, name]) => name!).filter((name) => !Object.hasOwn($defs, name))).toEqual([])
})

test('every command, frame and event says what it is for', () => {
  const { $defs } = protocolSchema()
  const silent = Object.entries($defs).filter(([name, { description }]) => name.includes('.') && !description)
  expect(silent).toEqual([])
})
