import { spawnSync } from 'node:child_process'
import { afterAll } from 'vitest'
import { temporaryDirectory } from './temporary-directory.ts'

const mounted: string[] = []
afterAll(() => {
  for (const directory of mounted.splice(0)) spawnSync('umount', ['-l', directory])
})

/** A file system of its own, which is gone after the test file. Undefined where this user may not mount one. */
export function mountTinyDisk(options: string): string | undefined {
  const directory = temporaryDirectory()
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', directory]).status !== 0) return undefined
  mounted.push(directory)
  return directory
}
