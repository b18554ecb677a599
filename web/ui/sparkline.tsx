/** A row of numbers as a line: how something went over the last hour. */
interface SparklineProps {
  values: readonly number[]
  /** What it shows, for those who do not see it. */
  label: string
  colour?: string
}

const [WIDTH, HEIGHT] = [160, 28]

export function Sparkline({ values, label, colour = 'blue' }: SparklineProps) {
  const most = Math.max(1, ...values)
  const step = WIDTH / Math.max(1, values.length - 1)
  const points = values.map(
    (value, i) => `${(i * step).toFixed(1)},${(HEIGHT - 1 - (value / most) * (HEIGHT - 2)).toFixed(1)}`,
  )
  const total = values.reduce((sum, value) => sum + value, 0)
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      width="100%"
      height={HEIGHT}
      role="img"
      aria-label={`${label}: ${total.toLocaleString()} in all, at most ${most.toLocaleString()} a minute`}
    >
      <polyline
        points={points.join(' ')}
        fill="none"
        stroke={`var(--mantine-color-${colour}-outline)`}
        strokeWidth={1.5}
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  )
}
