// Prints the table clause -> rule -> reason and branch -> tests, and what is missing in it. Exit code 1 if anything is.
import { clauseMap } from './map.mjs';

const { rows, faults } = clauseMap();
for (const { clause, cites, reasons, branches, tests, kind } of rows) {
  console.log(`${clause}${kind === 'enforced' ? '' : `  (${kind})`}`);
  if (cites.length > 0) console.log(`    cited by  ${cites.length > 6 ? `${cites.slice(0, 5).join(', ')} and ${cites.length - 5} more` : cites.join(', ')}`);
  if (reasons.length > 0) console.log(`    reasons   ${reasons.join(', ')}`);
  if (branches.length > 0) console.log(`    branches  ${branches.join(', ')}`);
  console.log(`    tests     ${tests}`);
}
const counted = ['enforced', 'declarative', 'reserved'].map((wanted) => `${rows.filter(({ kind }) => kind === wanted).length} ${wanted}`);
console.log(`\n${rows.length} clauses: ${counted.join(', ')}`);
for (const fault of faults) console.log(`MISSING ${fault}`);
process.exit(faults.length > 0 ? 1 : 0);
