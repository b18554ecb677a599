/** What a house rule is: its check, what to do instead, and the samples that prove that it can fail. */
import type { SourceFile } from './source-file.ts'

export interface Fault {
  path: string
  line: number
  message: string
}

/** A small project a rule is tried on: path to text. */
export interface Sample {
  title: string
  files: Readonly<Record<string, string>>
}

export interface Rule {
  /** A present-tense sentence: what is true of a tidy project. */
  name: string
  /** What to do instead of breaking it. */
  instead: string
  check(files: readonly SourceFile[]): Fault[]
  /** Each must give at least one fault. */
  refuses: readonly Sample[]
  /** Each must give none. */
  allows: readonly Sample[]
}

/** A rule that looks at one file at a time. */
export function eachFile(
  applies: (file: SourceFile) => boolean,
  look: (file: SourceFile, fault: (line: number, message: string) => void) => void,
): Rule['check'] {
  return (files) => {
    const faults: Fault[] = []
    for (const file of files) {
      if (applies(file)) look(file, (line, message) => faults.push({ path: file.path, line, message }))
    }
    return faults
  }
}

/** A sample of one file. */
export const sample = (title: string, path: string, text: string): Sample => ({
  title,
  files: { [path]: text },
})
