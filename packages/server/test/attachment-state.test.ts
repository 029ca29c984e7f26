import { describe, expect, test } from 'vitest'
import { type AttachmentInput, type AttachmentState, step } from '../src/attachment/attachment-state.ts'

type Kind = AttachmentState['kind']
type InputType = AttachmentInput['type']

const TABLE: Record<Kind, Record<InputType, Kind>> = {
  'catching-up': {
    sent: 'catching-up',
    'reached-head': 'live',
    missed: 'catching-up',
    'buffer-full': 'waiting',
    drained: 'catching-up',
    end: 'ended',
  },
  live: {
    sent: 'live',
    'reached-head': 'live',
    missed: 'catching-up',
    'buffer-full': 'waiting',
    drained: 'live',
    end: 'ended',
  },
  waiting: {
    sent: 'waiting',
    'reached-head': 'waiting',
    missed: 'waiting',
    'buffer-full': 'waiting',
    drained: 'catching-up',
    end: 'ended',
  },
  ended: {
    sent: 'ended',
    'reached-head': 'ended',
    missed: 'ended',
    'buffer-full': 'ended',
    drained: 'ended',
    end: 'ended',
  },
}

const HERE = { seq: 3, sub: 1 }
const NEXT = { seq: 3, sub: 2 }
const INPUTS: Record<InputType, AttachmentInput> = {
  sent: { type: 'sent', place: NEXT },
  'reached-head': { type: 'reached-head' },
  missed: { type: 'missed' },
  'buffer-full': { type: 'buffer-full' },
  drained: { type: 'drained' },
  end: { type: 'end' },
}

const kinds = Object.keys(TABLE) as Kind[]
const types = Object.keys(INPUTS) as InputType[]

describe('an attachment', () => {
  for (const kind of kinds) {
    for (const type of types) {
      test(`that is ${kind} is ${TABLE[kind][type]} after ${type}`, () => {
        const before: AttachmentState = { kind, at: HERE }
        const after = step(before, INPUTS[type])
        expect(after.kind).toBe(TABLE[kind][type])
        expect(after.at).toEqual(type === 'sent' && kind !== 'ended' ? NEXT : HERE)
      })
    }
  }

  test('is the same object after an input that means nothing to it', () => {
    for (const kind of kinds) {
      for (const type of types.filter((type) => type !== 'sent' && TABLE[kind][type] === kind)) {
        const before: AttachmentState = { kind, at: HERE }
        expect(step(before, INPUTS[type]), `${kind} after ${type}`).toBe(before)
      }
    }
    const ended: AttachmentState = { kind: 'ended', at: HERE }
    expect(step(ended, INPUTS.sent)).toBe(ended)
  })
})
