import type { EditFileInput, EditFileOutput } from '../tools/edit-file.ts'
import type { ListFilesInput, ListFilesOutput } from '../tools/list-files.ts'
import type { ReadFileInput, ReadFileOutput } from '../tools/read-file.ts'
import type { RunTestsInput, RunTestsOutput } from '../tools/run-tests.ts'
import type { SearchInput, SearchOutput } from '../tools/search.ts'
import type { MadeCall } from './conversation.ts'

interface Tools {
  list_files: [ListFilesInput, ListFilesOutput]
  read_file: [ReadFileInput, ReadFileOutput]
  search: [SearchInput, SearchOutput]
  run_tests: [RunTestsInput, RunTestsOutput]
  edit_file: [EditFileInput, EditFileOutput]
}
type ToolName = keyof Tools

export interface WantedCall {
  readonly tool: ToolName
  readonly input: unknown
}

/**
 * Where a skill asks for what it needs. What a call of this turn has answered is given at once; for the rest a call is
 * wanted. So a skill is run from its top in each step of the turn, and goes further each time. What is asked for twice
 * is done twice: tests that are run again may say something else.
 */
export class Desk {
  readonly #made: readonly MadeCall[]
  readonly #offered: ReadonlySet<string>
  readonly #taken = new Set<MadeCall>()
  readonly #troubles: string[] = []
  readonly wanted: WantedCall[] = []

  constructor(made: readonly MadeCall[], offered: readonly string[]) {
    this.#made = made
    this.#offered = new Set(offered)
  }

  /** Undefined while the answer is not there, and for good when the tool is not offered or failed. */
  ask<Name extends ToolName>(tool: Name, input: Tools[Name][0]): Tools[Name][1] | undefined {
    const json = JSON.stringify(input)
    const call = this.#made.find(
      (each) => each.tool === tool && !this.#taken.has(each) && JSON.stringify(each.input) === json,
    )
    if (call) {
      this.#taken.add(call)
      if (call.outcome.kind === 'ok') return call.outcome.output as Tools[Name][1]
      this.#troubles.push(`\`${tool}\` did not work: ${call.outcome.says}`)
    } else if (!this.#offered.has(tool)) this.#troubles.push(`I have no tool \`${tool}\` here`)
    else this.wanted.push({ tool, input })
    return undefined
  }

  get isWaiting(): boolean {
    return this.wanted.length > 0
  }

  /** What could not be done, as sentences. */
  get troubles(): readonly string[] {
    return this.#troubles
  }
}
