/** What the file says of itself: when it was last opened, and since then. */
export interface FileMark {
  /** Half of the identity of every log in the file. */
  readonly generation: string
  /** Counts up while the file is in use. */
  readonly mark: number
  /** The boot in which commits were acknowledged that need not be on the disk. Null when all of them are. */
  readonly unsyncedBoot: string | null
  readonly inode: string
  /** When the file was born, in nanoseconds; null where the file system does not know. */
  readonly born: string | null
}

/** What is found when the file is opened. */
export interface Found {
  readonly boot: string
  readonly inode: string
  readonly born: string | null
  /** The `mark` that was last written down beside the file; undefined where it is not there. */
  readonly witnessed: number | undefined
}

/** Why commits that were acknowledged may be missing. */
export type Doubt = 'rebooted' | 'replaced'

/** Undefined when every commit that was acknowledged is in the file. */
export function doubt(file: FileMark, found: Found): Doubt | undefined {
  if (isAnother(file, found)) return 'replaced'
  if (file.unsyncedBoot !== null && file.unsyncedBoot !== found.boot) return 'rebooted'
  return undefined
}

function isAnother(file: FileMark, found: Found): boolean {
  if (file.inode !== found.inode) return true
  if (file.born !== null && found.born !== null && file.born !== found.born) return true
  // A copy written over the file keeps its inode, but it is behind what was written down beside it.
  return found.witnessed !== undefined && found.witnessed > file.mark
}
