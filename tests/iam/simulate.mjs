// Reads a list of simulations as JSON, and writes what comes of each: Allowed, ImplicitlyDenied, ExplicitlyDenied, or
// what is wrong with the question itself, such as an action that does not exist.
import { readFileSync } from 'node:fs'
import { runSimulation, runUnsafeSimulation } from '@cloud-copilot/iam-simulate'

const asked = JSON.parse(readFileSync(0, 'utf8'))
const told = []
for (const each of asked) {
  const { overallResult, errors } = await runSimulation(each, {})
  // A transform is a resource of CreateChangeSet that the Service Authorization Reference does not list.
  const isUnlisted = errors?.message === 'no.resource.types'
  const result = isUnlisted ? runUnsafeSimulation(each, {}) : overallResult
  told.push({ result: result ?? 'Error', problem: errors && !isUnlisted ? JSON.stringify(errors) : '' })
}
process.stdout.write(JSON.stringify(told))
