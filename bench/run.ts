/** `npm run bench -- ingest|deliver|memory`: one benchmark, a table on the screen and JSON in bench/results. */
const [name = 'ingest', ...rest] = process.argv.slice(2)
if (!['ingest', 'deliver', 'memory'].includes(name)) {
  process.stderr.write('usage: npm run bench -- ingest|deliver|memory [--seconds N] [--only a,b]\n')
  process.exit(2)
}
process.argv = [process.argv[0]!, name, ...rest]
try {
  await import(`./${name}.ts`)
} catch (error) {
  process.stderr.write(`${(error as Error).stack}\n`)
  process.exit(1)
}
