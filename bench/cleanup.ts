/** What must not outlive a benchmark (processes, folders, databases) is undone at its end, also after Ctrl+C or a fault. */
type Undo = () => Promise<void> | void

const open = new Set<Undo>()

/** Notes how to undo something; the returned function undoes it, once. */
export function undoneAtEnd(undo: Undo): () => Promise<void> {
  open.add(undo)
  return async () => {
    if (open.delete(undo)) await undo()
  }
}

/** Undoes what is left, the last first. */
async function undoAll(): Promise<void> {
  for (const undo of [...open].toReversed()) {
    // One that was undone meanwhile, by another that needed it gone, is not undone twice.
    if (!open.delete(undo)) continue
    await Promise.resolve(undo()).catch((error: unknown) => process.stderr.write(`${String(error)}\n`))
  }
}

/** Runs a benchmark; whatever happens, nothing of it is left behind. A fault is said, and the exit code is 1. */
export async function runBenchmark(
  benchmark: (args: string[]) => Promise<void>,
  args: string[],
): Promise<void> {
  for (const [name, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(name, () => void undoAll().finally(() => process.exit(code)))
  }
  try {
    await benchmark(args)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  } finally {
    await undoAll()
  }
}
