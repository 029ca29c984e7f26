/** The mark of the house: a wire between two ends. */
export function Mark({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" aria-hidden="true" className="mark">
      <path
        d="M4 15.5c3.2 0 3.4-8 7-8s3.800 9 9 9"
        stroke="currentColor"
        strokeWidth="2.25"
        strokeLinecap="round"
        fill="none"
      />
      <circle cx="4" cy="15.5" r="2.6" fill="currentColor" />
      <circle cx="20" cy="16.500" r="2.6" fill="var(--needs)" />
    </svg>
  )
}
