/** How much is done, where the agent says so. */
export function Progress({ fraction, label }: { fraction: number | undefined; label: string }) {
  if (fraction === undefined) return null
  return <progress className="progress" value={fraction} max={1} aria-label={label} />
}
