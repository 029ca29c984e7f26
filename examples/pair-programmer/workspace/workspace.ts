import { createHash, randomUUID } from 'node:crypto'
import { constants, cpSync, existsSync, mkdirSync, readdirSync, realpathSync, renameSync, rmSync } from 'node:fs'
import { open, rename, rm, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { diffOf } from './diff.ts'
import { type Edit, EditRefused, edited } from './edit.ts'
import { folderOf } from './scratch-path.ts'

const MOST_FILES = 500
const MOST_BYTES = 262_144

/** A path that leads out of the folder, or to what is no plain text file in it. */
export class PathRefused extends Error {
  override readonly name = 'PathRefused'
}

/** A change as it is shown: what the file is before and after it, by their hashes. */
export type Proposal = { path: string; before: string; after: string; diff: string }

/** One session's scratch folder. Whatever path it is given, nothing outside of the folder is read or written. */
export class Workspace {
  readonly root: string

  private constructor(root: string) {
    this.root = root
  }

  /** The folder of a session: a copy of `project`, made where there is none yet. */
  static of(session: string, scratch: string, project: string): Workspace {
    const folder = join(scratch, folderOf(session))
    if (!existsSync(folder)) {
      mkdirSync(scratch, { recursive: true })
      const copy = `${folder}.${randomUUID()}`
      cpSync(project, copy, { recursive: true })
      try {
        // At once, so that a folder that is there is whole.
        renameSync(copy, folder)
      } catch (error) {
        rmSync(copy, { recursive: true, force: true })
        if (!existsSync(folder)) throw error
      }
    }
    return new Workspace(realpathSync(folder))
  }

  /** A copy with these changes, which is removed when `work` is over. */
  async tried<T>(
    changes: readonly (Edit & { readonly path: string })[],
    work: (copy: Workspace) => Promise<T>,
  ): Promise<T> {
    const root = `${this.root}.try-${randomUUID()}`
    cpSync(this.root, root, { recursive: true, verbatimSymlinks: true })
    try {
      const copy = new Workspace(realpathSync(root))
      for (const { path, ...edit } of changes) await copy.#write(path, edited(await copy.read(path), [edit]))
      return await work(copy)
    } finally {
      await rm(root, { recursive: true, force: true })
    }
  }

  /** Paths of the plain files, with `/`; what a link leads to is none of them. */
  list(): string[] {
    const found = readdirSync(this.root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(this.root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    return found.sort().slice(0, MOST_FILES)
  }

  async read(path: string): Promise<string> {
    const file = await open(this.#inside(path), constants.O_RDONLY | constants.O_NOFOLLOW)
    try {
      const { size } = await file.stat()
      if (size > MOST_BYTES) throw new PathRefused(`${path} has ${size} bytes, more than ${MOST_BYTES}`)
      const bytes = await file.readFile()
      if (bytes.includes(0)) throw new PathRefused(`${path} is no text`)
      return bytes.toString('utf8')
    } finally {
      await file.close()
    }
  }

  /** What the edits would do. Throws `EditRefused` where they do not fit. */
  async propose(path: string, edits: readonly Edit[]): Promise<Proposal> {
    const before = await this.read(path)
    const after = edited(before, edits)
    if (after === before) throw new EditRefused(`the edits leave ${path} as it is`)
    if (Buffer.byteLength(after) > MOST_BYTES) throw new EditRefused(`${path} would have more than ${MOST_BYTES} bytes`)
    return { path, before: hashOf(before), after: hashOf(after), diff: diffOf(path, before, after) }
  }

  /** Makes a change that was shown; once, however often it is asked. Throws `EditRefused` where the file is another now. */
  async apply({ path, before, after }: Proposal, edits: readonly Edit[]): Promise<void> {
    const text = await this.read(path)
    if (hashOf(text) === after) return
    if (hashOf(text) !== before) throw new EditRefused(`${path} was changed by somebody after this was shown`)
    await this.#write(path, edited(text, edits))
  }

  async #write(path: string, text: string): Promise<void> {
    const place = this.#inside(path)
    const { mode } = await stat(place)
    const next = join(dirname(place), `.${randomUUID()}.tmp`)
    try {
      const file = await open(next, 'wx', mode)
      try {
        await file.writeFile(text)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(next, place)
    } catch (error) {
      await rm(next, { force: true })
      throw error
    }
  }

  /** The real place of a file that is in the folder, by every link on the way. */
  #inside(path: string): string {
    if (path === '' || path.includes('\0') || path.includes('\\') || isAbsolute(path)) {
      throw new PathRefused(`«${path.slice(0, 120)}» is no path in the folder`)
    }
    const asked = resolve(this.root, path)
    if (!asked.startsWith(this.root + sep)) throw new PathRefused(`«${path.slice(0, 120)}» leads out of the folder`)
    let real: string
    try {
      real = realpathSync(asked)
    } catch {
      throw new PathRefused(`there is no file ${path.slice(0, 120)}: list_files says what there is`)
    }
    if (real !== asked) throw new PathRefused(`«${path.slice(0, 120)}» goes by a link, which is not followed`)
    return real
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
