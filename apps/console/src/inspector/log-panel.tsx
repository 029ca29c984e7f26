import { Button } from '@base-ui/react/button'
import type { Commit } from '@longwire/protocol'
import { Copy, GitFork } from 'lucide-react'
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { attempt, say } from '../shell/toast.ts'
import { JsonShown } from '../tools/json-shown.tsx'
import { clock } from './frames-panel.tsx'
import type { LogPages } from './log-pages.ts'
import { fixtureOf } from './recording.ts'
import { RowList } from './row-list.tsx'

export interface LogPanelProps {
  readonly log: LogPages
  readonly head: number
  readonly title: string
  readonly onFork: (seq: number) => void
}

/** The log as a table: every commit, those that are seen read when they are. A search reads all of it first. */
export function LogPanel({ log, head, title, onFork }: LogPanelProps) {
  useSyncExternalStore(log.subscribe, () => log.version)
  const [text, setText] = useState('')
  const [chosen, choose] = useState<number>()
  const search = useWholeLog(log, head, text !== '')
  const found = useMemo(() => {
    const wanted = text.toLowerCase()
    return text === ''
      ? undefined
      : search.commits?.filter((commit) => JSON.stringify(commit).toLowerCase().includes(wanted))
  }, [search.commits, text])
  const count = found?.length ?? (text === '' ? head : 0)
  const seqAt = (index: number) => (found ? found[index]!.seq : index + 1)
  const chosenIndex = chosen === undefined ? -1 : found ? found.findIndex(({ seq }) => seq === chosen) : chosen - 1
  const open = chosen === undefined ? undefined : log.commit(chosen)

  return (
    <div className="inspect-panel">
      <div className="inspect-bar" role="toolbar" aria-label="The log">
        <input
          className="field"
          type="search"
          placeholder="Find in the log"
          aria-label="Find in the log"
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
        <span className="inspect-count figures" role="status">
          {search.share < 1
            ? `Reading the log, ${Math.round(search.share * 100)} %`
            : found
              ? `${found.length.toLocaleString('en')} of ${head.toLocaleString('en')}`
              : `${head.toLocaleString('en')} commits`}
        </span>
        <Button className="button small" onClick={() => void copyFixture(log, chosen ?? head, title)}>
          <Copy size={13} aria-hidden="true" />
          Copy as a fixture{chosen === undefined ? '' : ` up to ${chosen}`}
        </Button>
        <Button className="button small" disabled={chosen === undefined} onClick={() => chosen && onFork(chosen)}>
          <GitFork size={13} aria-hidden="true" />
          Fork {chosen === undefined ? 'from a commit' : `after ${chosen}`}
        </Button>
      </div>
      {log.error ? (
        <p className="inspect-error" role="alert">
          The log could not be read: {log.error.message}
        </p>
      ) : null}
      <div className="inspect-body">
        <RowList
          label="Commits, oldest first"
          count={count}
          keyOf={seqAt}
          chosen={chosenIndex}
          onChoose={(index) => choose(seqAt(index))}
          empty={
            text === '' ? 'Nothing is in the log yet.' : search.share < 1 ? 'Reading…' : 'No commit has that in it.'
          }
          row={(index) => <CommitRow seq={seqAt(index)} commit={found?.[index] ?? log.commit(seqAt(index))} />}
        />
        {open && open !== 'hidden' ? (
          <aside className="inspect-detail" aria-label="The chosen commit">
            <JsonShown title={`Commit ${open.seq}, ${clock(open.at)}`} text={JSON.stringify(open, undefined, 2)} />
          </aside>
        ) : null}
      </div>
    </div>
  )
}

function CommitRow({ seq, commit }: { seq: number; commit: Commit | 'hidden' | undefined }) {
  if (commit === undefined || commit === 'hidden') {
    return (
      <div className="inspect-row commit-row">
        <span className="figures place">{seq}</span>
        <span className="faint">{commit === undefined ? '…' : 'not for whoever is here'}</span>
      </div>
    )
  }
  const { type, at, turn, step, ...rest } = commit
  return (
    <div className="inspect-row commit-row kind-commit">
      <span className="figures place">{seq}</span>
      <span className="figures faint">{clock(at)}</span>
      <span className="kind-mark">{type}</span>
      <span className="figures faint">{step ?? turn ?? ''}</span>
      <span className="gist">{gistOf(rest)}</span>
    </div>
  )
}

function gistOf({ seq: _, ...fields }: { readonly seq: number }): string {
  return JSON.stringify(fields).slice(1, 241)
}

/** All of the log, once it is asked for, and again when it has grown. */
function useWholeLog(log: LogPages, head: number, isWanted: boolean) {
  const [share, setShare] = useState(1)
  const [commits, setCommits] = useState<readonly Commit[]>()
  const have = useRef(0)
  useEffect(() => {
    if (!isWanted || have.current === head) return
    const leaving = new AbortController()
    setShare(0)
    log
      .all(head, setShare, leaving.signal)
      .then((all) => {
        have.current = head
        setCommits(all)
      })
      .catch(() => {})
      .finally(() => leaving.signal.aborted || setShare(1))
    return () => leaving.abort()
  }, [log, head, isWanted])
  return { share, commits }
}

async function copyFixture(log: LogPages, upTo: number, title: string): Promise<void> {
  const isCopied = await attempt('The fixture could not be copied', async () => {
    const commits = await log.all(upTo, () => {}, new AbortController().signal)
    await navigator.clipboard.writeText(fixtureOf(commits, title))
  })
  if (isCopied) say('Copied as a fixture', `${upTo.toLocaleString('en')} commits and the view they make.`)
}
