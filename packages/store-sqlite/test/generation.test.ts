import { describe, expect, test } from 'vitest'
import { type Doubt, doubt, type FileMark, type Found } from '../src/generation.ts'

const FILE: FileMark = { generation: 'g', mark: 7, unsyncedBoot: null, inode: '11', born: '99' }
const FOUND: Found = { boot: 'b1', inode: '11', born: '99', witnessed: 7 }

describe('[L24] whether acknowledged commits may be missing', () => {
  const table: [string, Partial<FileMark>, Partial<Found>, Doubt | undefined][] = [
    ['everything was on the disk', {}, {}, undefined],
    ['everything was on the disk, and the machine was started anew', {}, { boot: 'b2' }, undefined],
    ['the process died, in the same run of the machine', { unsyncedBoot: 'b1' }, {}, undefined],
    ['the machine was started anew with commits not on the disk', { unsyncedBoot: 'b1' }, { boot: 'b2' }, 'rebooted'],
    ['the file has another inode', {}, { inode: '12' }, 'replaced'],
    ['the file was born at another time', {}, { born: '100' }, 'replaced'],
    ['the birth is not known now', {}, { born: null }, undefined],
    ['the birth was not known then', { born: null }, {}, undefined],
    ['the file is behind what was written down beside it', {}, { witnessed: 8 }, 'replaced'],
    ['the file is ahead of what was written down beside it', {}, { witnessed: 6 }, undefined],
    ['nothing is written down beside the file', {}, { witnessed: undefined }, undefined],
    ['both', { unsyncedBoot: 'b1' }, { boot: 'b2', inode: '12' }, 'replaced'],
  ]
  for (const [what, file, found, expected] of table) {
    test(`${what}: ${expected ?? 'no'}`, () => {
      expect(doubt({ ...FILE, ...file }, { ...FOUND, ...found })).toBe(expected)
    })
  }
})
