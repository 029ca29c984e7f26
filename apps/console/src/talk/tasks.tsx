import type { TaskView } from '@longwire/view'
import { CircleAlert, Hourglass } from 'lucide-react'
import { useNow } from '../shell/use-now.ts'
import { spell } from '../shell/words.ts'
import { Progress } from '../tools/progress.tsx'

/** What goes on beside the talk, as long as it does. Its end is a turn of its own, or a word in one. */
export function Tasks({ tasks }: { tasks: readonly TaskView[] }) {
  const open = tasks.filter(({ outcome }) => outcome === undefined)
  const now = useNow(1_000, open.length > 0)
  if (open.length === 0) return null
  return (
    <ul className="tasks" aria-label="In the background">
      {open.map(({ task, label, startedAt, fraction, progressLabel }) => (
        <li key={task} className="task">
          <Hourglass size={14} aria-hidden="true" />
          <span className="task-label">{label}</span>
          <span className="task-about">{progressLabel}</span>
          <span className="took figures">{spell(now - startedAt)}</span>
          <Progress fraction={fraction} label={label} />
        </li>
      ))}
    </ul>
  )
}

/** How a task ended that gave a turn its cause. */
export function TaskEnded({ task }: { task: TaskView }) {
  if (task.outcome !== 'error') return null
  return (
    <p className="task-failed">
      <CircleAlert size={14} aria-hidden="true" />
      {task.label} did not come to its end.
    </p>
  )
}
